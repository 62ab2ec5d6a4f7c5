import type { ConnectContext, Device, SafeAction, StopReason } from "../../core/device.ts";
import { DeviceError, show } from "../../core/errors.ts";
import { rest, scpiAxis } from "./scpi_axis.ts";
import { scpiDetector } from "./scpi_detector.ts";
import { takeErrors, tellChecked } from "./tell_checked.ts";
import { type Asking, ScpiLink } from "./scpi_link.ts";
import { commandsOf, isQuery, type ScpiTable } from "./scpi_table.ts";
import { parseTcpAddress, type TcpAddress } from "./tcp_address.ts";

const TIMEOUT_MS = 5_000;

/** Connects an instrument: asks who it is and what its settings are, sends its setup, and gives its axes and readings. */
export async function connectScpi(table: ScpiTable, context: ConnectContext): Promise<Device> {
  const { name, clock } = context, { terminator = "\n", timeoutMs = TIMEOUT_MS, errors } = table;
  const address = parseTcpAddress(table.address), { hostname, port } = address;
  const link = context.share(
    `scpi ${hostname}:${port} ${JSON.stringify(terminator)}`,
    () => new ScpiLink({ address, clock, terminator, timeoutMs }),
  );
  const detector = scpiDetector(table, name, link, timeoutMs), used = link.use();
  try {
    const settings = await introduce(table, link, { name, action: "connect", signal: context.signal });
    const axes = Object.entries(table.axes ?? {}).map(([part, entry]) => {
      return [part, scpiAxis(entry, { name: part ? `${name}.${part}` : name, link, clock, errors })] as const;
    });
    const stop = commandsOf(table.stop);
    return {
      driver: "scpi",
      axes: Object.fromEntries(axes),
      detector,
      settings: () => ({ address: table.address, ...settings }),
      safeState: () => safeActions(table, address, terminator),
      ...(stop.length && {
        async stop(_why: StopReason) {
          const about = { name, action: "stop", signal: new AbortController().signal };
          await link.urgent(about, stop);
          await rest(about, undefined, stop.join("; "), { link, clock, errors });
        },
      }),
      [Symbol.asyncDispose]() {
        used[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  } catch (thrown) {
    used[Symbol.dispose]();
    throw thrown;
  }
}

/** What is said and asked once. */
async function introduce(table: ScpiTable, link: ScpiLink, asking: Asking): Promise<Record<string, string>> {
  const { identify, setup = [], settings = {}, errors } = table;
  return await link.exchange(asking, async (talk) => {
    const answers: Record<string, string> = {};
    if (identify) {
      answers.idn = await talk.ask("*IDN?");
      if (typeof identify === "string" && !answers.idn.includes(identify)) {
        throw new DeviceError(asking.name, "connect", `"*IDN?": it is ${show(answers.idn)}, not ${show(identify)}`);
      }
    }
    // Errors of whoever was there before are not ours.
    if (errors !== undefined) await takeErrors(talk, errors);
    for (const command of setup) {
      const say = isQuery(command) ? () => talk.ask(command) : undefined;
      await tellChecked(talk, asking, errors, command, say);
    }
    for (const [key, query] of Object.entries(settings)) answers[key] = await talk.ask(query);
    return answers;
  });
}

/** What another process sends when this one is no more. */
function safeActions(table: ScpiTable, { hostname, port }: TcpAddress, terminator: string): SafeAction[] {
  const stops = [...Object.values(table.axes ?? {}).flatMap(({ stop }) => commandsOf(stop)), ...commandsOf(table.stop)];
  const commands = table.safe === undefined ? stops : commandsOf(table.safe);
  if (!commands.length) return [];
  return [{ kind: "send", host: hostname, port, text: commands.map((one) => one + terminator).join("") }];
}
