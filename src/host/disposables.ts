/** Anything that must be released. `vscode.Disposable` fits. */
export interface Disposable {
  dispose(): unknown;
}

/** Collects what a class must release. A late arrival, after `dispose`, is released at once. */
export class Disposables implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  add<Item extends Disposable>(item: Item): Item {
    if (this.#disposed) item.dispose();
    else this.#items.add(item);
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    for (const item of [...this.#items].reverse()) item.dispose();
    this.#items.clear();
  }
}

/** A minimal typed event for classes that must run without `vscode` too. Listeners are called in order of arrival. */
export class Emitter<Value> implements Disposable {
  readonly #listeners = new Set<(value: Value) => void>();

  readonly event = (listener: (value: Value) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: Value): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
