/**
 * What a process printed until it ended by itself, or was killed some time after its first words.
 *
 * @throws Error with its complaints when it ended in any other way
 */
export async function outputUntilKilled(child: Deno.ChildProcess, killAfterMs?: number): Promise<string> {
  const errors = new Response(child.stderr).text();
  let timer: ReturnType<typeof setTimeout> | undefined, text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  }
  clearTimeout(timer);
  const { signal, success } = await child.status;
  const said = await errors;
  if (!success && signal !== "SIGKILL") throw new Error(said);
  return text;
}
