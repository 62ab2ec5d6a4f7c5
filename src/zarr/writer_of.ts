/**
 * Who writes a store at this moment, as in `process 4711 on lab-2`; undefined when nobody does. A lock that a crash has
 * left behind counts for nothing: the system has let go of it.
 *
 * @param location the path of the store
 */
export async function writerOf(location: string): Promise<string | undefined> {
  const file = await Deno.open(`${location}.lock`).catch(() => undefined);
  if (!file) return undefined;
  try {
    // Shared, so that two who look do not see each other; closing lets go.
    if (await file.tryLock(false)) return undefined;
    return (await Deno.readTextFile(`${location}.lock`)).trim() || "another process";
  } finally {
    file.close();
  }
}
