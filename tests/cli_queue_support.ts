import { openRun } from "../mod.ts";
import { writerOf } from "../src/zarr/writer_of.ts";

/** Longer than anything that is waited for takes. */
const LONGEST_MS = 60_000;

/** Waits for what comes sooner or later. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const fromMs = Date.now(); Date.now() - fromMs < LONGEST_MS;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("a minute went by before it came");
}

/** The process that writes a run, once it has stored points. */
export function writerWithPoints(place: string): Promise<number> {
  return eventually(async () => {
    const writer = await writerOf(place);
    if (writer === undefined) return undefined;
    const run = await openRun(place).catch(() => undefined);
    const { data } = await run?.arrays.get("quality")?.read().catch(() => undefined) ?? { data: [] };
    return data[0] === 1 ? Number(writer.match(/\d+/)![0]) : undefined;
  });
}
