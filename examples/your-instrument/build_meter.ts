/** Compiles meter.c with `cc` into `folder`, and gives the path of the library. */
export async function buildMeter(folder: string): Promise<string> {
  const source = `${import.meta.dirname}/meter.c`, library = `${folder}/libmeter.so`;
  const args = ["-shared", "-fPIC", "-O2", "-pthread", "-o", library, source, "-lm"];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (!success) throw new Error(`cc could not build meter.c:\n${new TextDecoder().decode(stderr)}`);
  return library;
}
