/** What the tests of the appearance go through, and what they measure. */

export const themes = [
  { name: 'Default Dark Modern', body: 'vscode-dark', workbench: 'vs-dark' },
  { name: 'Default Light Modern', body: 'vscode-light', workbench: 'vs' },
  { name: 'Default High Contrast', body: 'vscode-high-contrast', workbench: 'hc-black' },
  { name: 'Default High Contrast Light', body: 'vscode-high-contrast-light', workbench: 'hc-light' },
];

/** Runs in the page: every piece of text whose contrast to what is behind it is below 4.5:1 (disabled controls aside). */
export function illegible(app: Element): string[] {
  const parse = (color: string): [number, number, number, number] => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return /^color\(srgb/.test(color) ? [red * 255, green * 255, blue * 255, alpha] : [red, green, blue, alpha];
  };
  const over = (top: number[], bottom: number[]): number[] => {
    const alpha = top[3] ?? 1;
    return [0, 1, 2].map((index) => (top[index] ?? 0) * alpha + (bottom[index] ?? 0) * (1 - alpha));
  };
  const luminance = (color: number[]): number => {
    const [red = 0, green = 0, blue = 0] = color.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element: Element | null): number[] => {
    const layers: number[][] = [];
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((bottom, top) => over(top, bottom), [255, 255, 255]);
  };
  const found: string[] = [];
  const texts = document.createTreeWalker(app, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!element || text === '' || !element.checkVisibility() || element.closest(':disabled, .sr, .katex-mathml, annotation')) continue;
    const behind = background(element);
    const color = over(parse(getComputedStyle(element).color), behind);
    const [light = 0, dark = 0] = [luminance(color), luminance(behind)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(`${text.slice(0, 30)} (${element.className}): ${contrast.toFixed(2)}`);
  }
  return found;
}
