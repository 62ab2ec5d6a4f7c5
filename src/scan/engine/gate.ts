/** A gate that is open, or closed until somebody opens it. */
export class Gate {
  #open: (() => void) | undefined;
  #passed: Promise<void> | undefined;

  /** Whether `passed` would wait. */
  get closed(): boolean {
    return this.#passed !== undefined;
  }

  /** Closes it; closing twice is the same as once. */
  close(): void {
    this.#passed ??= new Promise((resolve) => this.#open = resolve);
  }

  /** Lets everybody through. */
  open(): void {
    this.#open?.();
    this.#open = this.#passed = undefined;
  }

  /** Resolves when the gate is open. */
  passed(): Promise<void> {
    return this.#passed ?? Promise.resolve();
  }
}
