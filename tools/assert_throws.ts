/**
 * Preloaded where examples are run: `console.assert`, which only prints, fails them.
 *
 * @module
 */
console.assert = (condition?: boolean, ...what: unknown[]): void => {
  if (!condition) throw new Error(["console.assert failed", ...what].join(" "));
};
