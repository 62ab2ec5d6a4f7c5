/**
 * A promise whose work begins when somebody waits for it: `await run.done` drives the run, merely naming it does not.
 * `await` calls `then` on it because its constructor is not `Promise` itself.
 */
export class LazyPromise<T> extends Promise<T> {
  #begin: () => void = () => {};

  /** Derived promises are ordinary ones. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** `begin` is called each time that somebody waits; `resolve` and `reject` settle the promise. */
  static make<T>(
    begin: () => void,
  ): { promise: LazyPromise<T>; resolve: (result: T) => void; reject: (error: unknown) => void } {
    let resolve!: (result: T) => void, reject!: (error: unknown) => void;
    const promise = new LazyPromise<T>((onResult, onError) => {
      resolve = onResult;
      reject = onError;
    });
    // A rejection that nobody waits for is not an error: the loop has thrown it already.
    Promise.prototype.then.call(promise, undefined, () => {});
    promise.#begin = begin;
    return { promise, resolve, reject };
  }

  override then<R = T, E = never>(
    onResult?: ((result: T) => R | PromiseLike<R>) | null,
    onError?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    this.#begin();
    return super.then(onResult, onError);
  }
}
