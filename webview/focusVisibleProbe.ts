/**
 * The toolkit's base (`canUseFocusVisible` of @microsoft/fast-web-utilities 5) asks for `:focus-visible` by putting an
 * empty `<style>` into the page while it is loaded, which a strict CSP reports as a violation. Imported before the
 * toolkit, this gives it an inert element with the right answer instead.
 */
const createElement = document.createElement.bind(document);

document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
  if (name !== 'style') return createElement(name, options);
  return Object.assign(createElement('meta'), { sheet: { insertRule: () => 0 } });
};

/** The toolkit is loaded: `document.createElement` is the page's own again. */
export function endProbe(): void {
  document.createElement = createElement;
}
