/** The tests of one run of `deno test`, by outcome. */
export interface Outcomes {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * Reads the report that `deno test --junit-path` writes. A step belongs to its test and is counted on its own only when
 * it was skipped, because a test whose step fails has failed, but one whose step was skipped has passed.
 */
export function readJunit(xml: string): Outcomes {
  const passed: string[] = [], failed: string[] = [], skipped: string[] = [];
  for (const [, suite] of xml.matchAll(/<testsuite\b[^>]*>([\s\S]*?)<\/testsuite>/g)) {
    const cases = [...suite.matchAll(/<testcase name="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g)]
      .map(([, name, body]) => ({ name: unescape(name), body }));
    const names = new Set(cases.map(({ name }) => name));
    for (const { name, body } of cases) {
      if (/<skipped\b/.test(body)) skipped.push(name);
      else if (!isStep(name, names)) (/<(failure|error)\b/.test(body) ? failed : passed).push(name);
    }
  }
  return { passed, failed, skipped };
}

/** Steps are reported beside their test, as `test > step`. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  for (let at = name.lastIndexOf(" > "); at > 0; at = name.lastIndexOf(" > ", at - 1)) {
    if (names.has(name.slice(0, at))) return true;
  }
  return false;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (all, code, name) => code ? String.fromCodePoint(code) : ENTITIES[name] ?? all,
  );
}
