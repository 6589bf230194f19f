/**
 * Makes a displayed formula a Tab stop where it is wider than the panel, because then it has to be scrolled: of a
 * thousand formulas a few are. Each is measured once, after the layout that first shows it, and again when the
 * panel's width or the fonts have changed; text that streams in costs one measurement for each new formula.
 */
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    observer.unobserve(target);
    // The layout is done, so reading it is free.
    if (target.scrollWidth > target.clientWidth + 1 && !target.closest('[aria-hidden=true]')) target.setAttribute('tabindex', '0');
    else if (target !== document.activeElement) target.removeAttribute('tabindex');
  }
});

/** @param box its content is there and stays; out of sight it waits until it is seen */
export function watchOverflow(box: Element): void {
  observer.observe(box);
}

function measureAgain(): void {
  for (const box of document.querySelectorAll('.formula > .scroll')) observer.observe(box);
}

window.addEventListener('resize', measureAgain);
document.fonts.addEventListener('loadingdone', measureAgain);
