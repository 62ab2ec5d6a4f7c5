import { createJob } from "../src/scan/create_run.ts";
import { Run } from "../src/scan/engine/run.ts";
import type { Path, Request, Summary } from "../src/core/path.ts";
import type { Bridge, Message, Turn } from "../src/wire/bridge/bridge.ts";
import { processBridge, type ProcessBridgeOptions } from "../src/wire/bridge/process_bridge.ts";
import type { SteeredPath } from "../src/wire/bridge/steered.ts";
import type { Bench } from "./engine_support.ts";
import { PYTHON } from "./python.ts";

/** An optimiser in Python, of which `answer(message)` is written here. */
const LOOP = `
import json, os, signal, sys, time
def serve(answer):
    for line in sys.stdin:
        message = json.loads(line)
        reply = {"version": 1} if "hello" in message else answer(message)
        print(json.dumps({"id": message["id"], **reply}), flush=True)
`;

/** Told what each program wrote to standard error. */
export function program(
  code: string,
  options: Partial<ProcessBridgeOptions> = {},
): { bridge: Bridge; errors: string[] } {
  const errors: string[] = [], onStderr = (line: string) => void errors.push(line);
  return { bridge: processBridge({ command: PYTHON, args: ["-c", LOOP + code], onStderr, ...options }), errors };
}

/** A run of a steered path on the bench. */
export function steeredRun(b: Bench, path: SteeredPath, read: "diode" | "cam" = "diode"): Run {
  const job = createJob(path as never, { rig: b.rig, read: [read], quiet: true, maxPoints: 1000 }, { sinks: [b.sink] });
  return new Run({ ...job, advisor: path.advisor });
}

/** A reading for each setpoint. */
export type Respond = (setpoint: Readonly<Record<string, number | string>>) => number;

/** Runs a steered path on a function of the setpoint, without an engine; `record` is given each reply. */
export function drive(
  path: SteeredPath,
  respond: Respond,
  signal = "diode",
  record: (reply: unknown) => void = () => {},
) {
  const requests = path();
  return driveOn(requests, requests.next(), path, respond, signal, record);
}

/** The same from some request on. */
export async function driveOn(
  requests: Path,
  from: IteratorResult<Request, Summary | void>,
  { advisor }: SteeredPath,
  respond: Respond,
  signal = "diode",
  record: (reply: unknown) => void = () => {},
) {
  let points = 0, next = from;
  while (!next.done) {
    let reply: unknown;
    if (next.value.kind === "consult") reply = await advisor.advise(next.value.data);
    else if (next.value.kind === "measure") {
      const { setpoint } = next.value, reading = { [signal]: respond(setpoint) };
      reply = { setpoint, reading, quality: "good", seqNum: points++ };
    }
    record(reply);
    next = requests.next(reply as never);
  }
  return { summary: next.value as Record<string, unknown>, points };
}

/** A bridge to a function, for paths without another process. */
export function plainBridge(
  answer: (turn: Turn) => Message,
): Bridge & { readonly turns: Turn[]; readonly hellos: unknown[] } {
  const turns: Turn[] = [], hellos: unknown[] = [];
  return {
    name: "probe",
    turns,
    hellos,
    exchange({ id, hello, ...turn }) {
      if (hello) hellos.push(hello);
      else turns.push(structuredClone(turn) as unknown as Turn);
      return Promise.resolve({ id, ...(hello ? { version: 1 } : answer(turn as unknown as Turn)) });
    },
    close: () => Promise.resolve(),
  };
}
