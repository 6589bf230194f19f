/** Room above what is shown, in pixels: the search field stands over the log's top. */
const above = 48;

/**
 * Scrolls the log so that the range is seen; one that is seen already moves nothing. What comes into sight gets its
 * exact height only then, so it looks a few times.
 * @param always puts it near the top even if it is seen
 */
export async function showRange(range: Range | Element, always = false): Promise<void> {
  const log = document.querySelector('.log');
  if (!log) return;
  for (let round = 0; round < 4; round += 1) {
    const box = log.getBoundingClientRect();
    const { top, bottom } = range.getBoundingClientRect();
    const target = always ? box.top + 8 : box.top + Math.max(above, box.height / 3);
    const seen = always ? Math.abs(top - target) < 2 : top >= box.top + above - 8 && bottom <= box.bottom;
    if (seen) return;
    const before = log.scrollTop;
    log.scrollTop += top - target;
    await new Promise((done) => requestAnimationFrame(done));
    if (log.scrollTop === before) return;
  }
}
