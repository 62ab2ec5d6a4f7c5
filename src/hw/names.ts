import { InputError, type Issue, show } from "../core/errors.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const ALLOWED = "a letter, then letters, digits, _ or -";

/**
 * Refuses device names that could not be array names, path segments and dotted names alike: anything but letters,
 * digits, `_` and `-`, a first character that is no letter, and names that differ only by case (one file on some disks).
 *
 * @throws InputError with every name that is wrong
 */
export function checkDeviceNames(names: readonly string[]): void {
  const issues: Issue[] = [], seen = new Map<string, string>();
  for (const name of names) {
    const twin = seen.get(name.toLowerCase());
    if (!NAME.test(name)) {
      const message = `a device name is ${ALLOWED}; received ${show(name)}`;
      issues.push({ path: `devices[${show(name)}]`, message, received: name, allowed: ALLOWED, severity: "error" });
    } else if (twin !== undefined) {
      const message = `${show(name)} and ${show(twin)} differ only by case; choose names that differ by a letter`;
      issues.push({ path: `devices.${name}`, message, received: name, severity: "error" });
    } else seen.set(name.toLowerCase(), name);
  }
  if (issues.length) throw new InputError(issues);
}
