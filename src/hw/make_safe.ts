import type { DeviceSpec, SafeAction } from "../core/device.ts";
import type { KeptSafe } from "../core/keep_safe.ts";

/**
 * A device with what makes it safe when this process is killed: for drivers that do not say it themselves, and for what
 * only the laboratory knows, as a shutter's relay. It comes after what the driver says.
 *
 * @example
 * ```ts
 * import { withSafeState } from "./make_safe.ts";
 * import { sim } from "./sim/mod.ts";
 * const x = withSafeState(sim.stage({ unit: "mm" }), [{ kind: "send", host: "10.0.0.7", port: 5000, text: "STOP\n" }]);
 * console.assert(x.driver === "sim.stage");
 * ```
 */
export function withSafeState<A, D>(spec: DeviceSpec<A, D>, actions: readonly SafeAction[]): DeviceSpec<A, D> {
  return {
    ...spec,
    async connect(context) {
      const device = await spec.connect(context);
      const own = device.safeState?.bind(device);
      return Object.assign(device, { safeState: () => [...own?.() ?? [], ...actions] });
    },
  };
}

/**
 * Makes devices safe: all at once, the actions of each in order, each even if another fails, for 5 s at most.
 *
 * It is sent to another process as text, so it uses nothing from outside of itself.
 *
 * @returns what failed, a sentence each
 */
export async function makeSafe(devices: readonly KeptSafe[]): Promise<string[]> {
  const timeoutMs = 5_000, replyMs = 500;
  // They stay open to the end: what one call sets up in a library, the next may need.
  const libraries: { close(): void }[] = [];
  const send = async (host: string, port: number, text: string) => {
    const connection = await Deno.connect({ hostname: host, port });
    await connection.write(new TextEncoder().encode(text));
    // Some instruments drop a command when the connection is gone before they have answered.
    const timer = setTimeout(() => connection.close(), replyMs);
    try {
      while (await connection.read(new Uint8Array(4096)) !== null);
      connection.close();
    } catch { /* closed while it was read: the text has been sent */ }
    clearTimeout(timer);
  };
  const call = async ({ library, symbol, args = [] }: Extract<SafeAction, { kind: "call" }>) => {
    const parameters = args.map(({ type }) => type === "text" ? "buffer" as const : type);
    const values = args.map(({ type, value }) =>
      type === "text"
        ? new TextEncoder().encode(`${value}\0`)
        : type === "i64" || type === "u64"
        ? BigInt(value)
        : Number(value)
    );
    const opened = Deno.dlopen(library, { [symbol]: { parameters, result: "i32", nonblocking: true } });
    libraries.push(opened);
    await (opened.symbols[symbol] as (...values: unknown[]) => Promise<unknown>)(...values);
  };
  const act = async (action: SafeAction) => {
    if (action.kind === "send") return await send(action.host, action.port, action.text);
    if (action.kind === "call") return await call(action);
    const { command, args = [] } = action;
    const { code } = await new Deno.Command(command, { args: [...args], stdin: "null", stdout: "null", stderr: "null" })
      .output();
    if (code) throw new Error(`${command} ended with code ${code}`);
  };
  const failures: string[] = [];
  await Promise.all(devices.map(async ({ device, actions }) => {
    for (const action of actions) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done within ${timeoutMs} ms`)), timeoutMs);
      });
      try {
        await Promise.race([act(action), late]);
      } catch (thrown) {
        failures.push(`${device}: ${action.kind}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      } finally {
        clearTimeout(timer);
      }
    }
  }));
  for (const library of libraries) library.close();
  return failures;
}
