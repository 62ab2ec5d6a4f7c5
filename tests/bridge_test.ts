import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import process from "node:process";
import { messageOf, SondeError } from "../src/core/errors.ts";
import { createJob } from "../src/scan/create_run.ts";
import { Run } from "../src/scan/engine/run.ts";
import type { Bridge, Message } from "../src/wire/bridge/bridge.ts";
import { httpBridge } from "../src/wire/bridge/http_bridge.ts";
import { processBridge } from "../src/wire/bridge/process_bridge.ts";
import { steered } from "../src/wire/bridge/steered.ts";
import { drive, plainBridge, program, steeredRun } from "./bridge_support.ts";
import { assertTidy, bench, collect } from "./engine_support.ts";
import { PYTHON } from "./python.ts";

const WALK = `serve(lambda m: {"setpoints": [{"x": (m["told"] + k) / 10} for k in range(m["ask"])]})`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a program over its standard streams steers a run, is told each point, and ends with it", async () => {
  await using b = await bench();
  const { bridge, errors } = program(`
told = []
def answer(m):
    told.extend(m["tell"])
    if not m["ask"]:
        print(json.dumps(told), file=sys.stderr)
        return {"summary": {"n": len(told)}}
    return {"setpoints": [{"x": len(told) / 2}]}
serve(answer)
print("bye", file=sys.stderr)
`);
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 4 }));
  const { points, thrown } = await collect(run);
  assertEquals([thrown, points.map(({ setpoint }) => setpoint.x)], [undefined, [0, 0.5, 1, 1.5]]);
  const told = JSON.parse(errors[0]);
  assertEquals(told, points.map(({ setpoint, reading, quality, seqNum }) => ({ setpoint, reading, quality, seqNum })));
  assertEquals([errors[1], b.sink.outcome.status], ["bye", "success"]);
  const [begun, ended] = b.sink.texts("note");
  assertEquals([begun, ended], [
    "an optimiser steers x by diode",
    "the optimiser has ended: 4 points are measured",
  ]);
  assertEquals(b.sink.entries.findLast(({ kind }) => kind === "note")!.data, { n: 4, points: 4 });
  const replies = b.sink.entries.flatMap(({ data }) => data?.reply ? [data.reply] : []);
  assertEquals(replies.length, 5, "what it replied is recorded");
  assertTidy(b);
});

Deno.test("an optimiser that says done ends the run as success, with its reason", async () => {
  await using b = await bench();
  const { bridge } = program(`
serve(lambda m: {"done": True, "reason": "flat", "summary": {"loss": 0.5}} if m["told"] else {"setpoints": [{"x": 1}]})`);
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 40, batch: 3 }));
  const { points } = await collect(run);
  // It says done when it has been told a point before, so at its third turn.
  assertEquals([points.length, b.sink.texts("note")[1]], [2, "the optimiser has ended: flat"]);
});

Deno.test("a program that dies ends the run as failed, with its code and its last words, and all is cleaned up", async () => {
  await using b = await bench();
  const { bridge, errors } = program(`
def answer(m):
    if m["told"] == 2:
        raise RuntimeError("singular matrix")
    return {"setpoints": [{"x": m["told"]}]}
serve(answer)`);
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 40 }));
  const { points, thrown } = await collect(run);
  assertMatch(messageOf(thrown), /^python[^ ]*: ended with code 1: RuntimeError: singular matrix$/);
  assertEquals([points.length, b.sink.outcome.status], [3, "failed"]);
  assert(errors[0].startsWith("Traceback"), "what it writes to standard error is passed on");
  assertTidy(b);
});

Deno.test("what is no reply is refused with what came", async () => {
  const cases: [string, RegExp][] = [
    [`print("hello"); serve(None)`, /said hello without being asked|said "hello", where one line of JSON is due/],
    [`serve(lambda m: {"setpoints": "x"})`, /setpoints are "x", where a list of objects is due/],
    [`serve(lambda m: {"setpoints": [{"x": None}]})`, /a number or label for each axis/],
    [`serve(lambda m: {"setpoints": [{"x": 1}, {"x": 2}]})`, /gave 2 setpoints, and was asked for 1/],
    [`serve(lambda m: {})`, /gave neither setpoints nor done/],
    [`serve(lambda m: {"error": "no convergence"})`, /no convergence/],
    [`serve(lambda m: {"id": 77, "setpoints": [{"x": 1}]})`, /answered message 77, and was sent 1/],
    [
      `
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "version": 2}), flush=True)`,
      /speaks version 2 .*allowed: 1/,
    ],
    [`print("[1]", flush=True); time.sleep(60)`, /without being asked|said \[1\], where a JSON object is due/],
    [`sys.exit(3)`, /ended with code 3/],
    [`os.abort()`, /was ended by SIGABRT|ended with code/],
  ];
  for (const [code, message] of cases) {
    await using b = await bench();
    const { bridge } = program(code);
    const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 4 }));
    const { thrown, points } = await collect(run);
    assertMatch(messageOf(thrown), message);
    assertEquals([thrown instanceof SondeError, points.length, b.sink.outcome.status], [true, 0, "failed"], code);
    assertTidy(b);
  }
});

Deno.test("a program that is not there, or does not answer in time, is said to be so", async () => {
  const missing = processBridge({ command: "no-such-optimiser" });
  await assertRejects(() => missing.exchange({ id: 0 }), SondeError, "no-such-optimiser: cannot be started");
  await missing.close();
  const { bridge } = program(`time.sleep(60)`, { timeoutMs: 300 });
  await assertRejects(() => bridge.exchange({ id: 0 }), SondeError, "did not answer within 300 ms");
  await assertRejects(() => bridge.exchange({ id: 1 }), SondeError, "did not answer within 300 ms");
  await bridge.close();
  await bridge.close();
  await assertRejects(() => bridge.exchange({ id: 2 }), SondeError);
});

Deno.test({
  name: "abort() ends a run whose optimiser thinks for ever, and the program too, by its own process id, " +
    "also one that hears no signal (not on Windows, which ends programs at once)",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const deaf of [false, true]) {
      await using b = await bench();
      let pid = 0;
      const { bridge } = program(
        `
${deaf ? "signal.signal(signal.SIGTERM, signal.SIG_IGN)" : ""}
print(os.getpid(), os.getsid(0), file=sys.stderr, flush=True)
def answer(m):
    print("thinking", file=sys.stderr, flush=True)
    while True:
        time.sleep(1)
serve(answer)`,
        {
          onStderr(line) {
            const [own, session] = line.split(" ").map(Number);
            if (line === "thinking") run.abort("enough");
            else assertEquals(own, session, "Ctrl-C at the terminal is not for it");
            pid ||= own;
          },
        },
      );
      const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 4 }));
      const { thrown } = await collect(run);
      assertMatch(messageOf(thrown), /enough/);
      assertEquals([b.sink.outcome.status, isAlive(pid)], ["aborted", false]);
      assertTidy(b);
    }
  },
});

Deno.test("a run that is left with break, or finished while the optimiser thinks, ends the program", async () => {
  for (const how of ["break", "finish"] as const) {
    await using b = await bench();
    const { bridge, errors } = program(`
def answer(m):
    if m["told"] == 1:
        print("thinking", file=sys.stderr, flush=True)
        time.sleep(60)
    return {"setpoints": [{"x": 1}]}
print(os.getpid(), file=sys.stderr, flush=True)
serve(answer)`);
    const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 4 }));
    const { thrown } = await collect(run, (_, k) => {
      if (how === "break") return "break";
      if (k === 1) setTimeout(() => run.finish("enough"), 100);
    });
    assertEquals([thrown, b.sink.outcome.status], [undefined, how === "break" ? "aborted" : "success"]);
    assertEquals(isAlive(Number(errors[0])), false);
  }
});

Deno.test("pause() and resume() around a consultation ask the program once", async () => {
  await using b = await bench();
  const { bridge, errors } = program(`
def answer(m):
    print(m["told"], file=sys.stderr, flush=True)
    return {"setpoints": [{"x": m["told"]}]}
serve(answer)`);
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 3 }));
  const { points } = await collect(run, () => {
    run.pause("look");
    setTimeout(() => run.resume(), 20);
  });
  assertEquals<unknown>([points.length, errors], [3, ["0", "0", "1", "2"]]);
});

Deno.test("a detector that fails is told as null, and a setpoint beyond the limits of the rig fails as ever", async () => {
  await using b = await bench();
  b.faults.diode.failAt = [2, 3, 4];
  const told: Message[] = [];
  const bridge: Bridge = {
    name: "probe",
    exchange(message) {
      if (message.hello) return Promise.resolve({ id: message.id, version: 1 });
      told.push(...message.tell as Message[]);
      return Promise.resolve({ id: message.id, setpoints: [{ x: told.length === 3 ? 11 : told.length }] });
    },
    close: () => Promise.resolve(),
  };
  const run = steeredRun(b, steered({ axes: { x: [-20, 20] }, on: "diode", bridge, maxPoints: 10 }));
  const { thrown } = await collect(run);
  assertMatch(messageOf(thrown), /x: setpoint 11 is not allowed; allowed: -10 … 10/);
  assertEquals(told.map(({ quality, reading }) => [quality, (reading as { diode: number | null }).diode === null]), [
    ["good", false],
    ["failed", true],
    ["good", false],
  ]);
});

Deno.test("an optimiser is told numbers: a camera is refused with what it is", async () => {
  await using b = await bench();
  const { bridge } = program(WALK);
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "cam", bridge, maxPoints: 4 }), "cam");
  assertMatch(messageOf((await collect(run)).thrown), /an optimiser is told numbers, and cam is a frame/);
});

Deno.test("scipy's minimize_scalar, which calls a function, finds the top of a line through the bridge", async () => {
  const { bridge } = program(`
from scipy.optimize import minimize_scalar
messages = map(json.loads, sys.stdin)
def reply(message, **what):
    print(json.dumps({"id": message["id"], **what}), flush=True)
message = next(messages)
low, high = message["hello"]["axes"]["x"]["range"]
reply(message, version=1)
turn = next(messages)
def measure(x):
    global turn
    reply(turn, setpoints=[{"x": float(x)}])
    turn = next(messages)
    return -turn["tell"][-1]["reading"]["peak"]
found = minimize_scalar(measure, bounds=(low, high), method="bounded", options={"xatol": 1e-4})
reply(turn, done=True, reason=found.message, summary={"x": float(found.x)})
`);
  const path = steered({ axes: { x: [0, 5] }, on: "peak", bridge, maxPoints: 60 });
  const { summary, points } = await drive(path, ({ x }) => Math.exp(-(((x as number) - 3.25) ** 2)), "peak");
  assert(Math.abs((summary.x as number) - 3.25) < 1e-3, JSON.stringify(summary));
  assert(points < 20 && String(summary.reason).includes("Solution found"), `${points} ${summary.reason}`);
  await path.advisor.close();
});

Deno.test("an optimiser in Python polls the bridge over HTTP, and hears that the run has ended", async () => {
  await using b = await bench();
  await using bridge = httpBridge();
  const client = `
import json, sys, urllib.request
url, token = sys.argv[1:]
def post(reply):
    request = urllib.request.Request(url, json.dumps(reply).encode(), {"Authorization": "Bearer " + token})
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"{}")
reply = {}
while True:
    message = post(reply)
    if "end" in message:
        break
    if not message:
        continue
    what = {"version": 1} if "hello" in message else {"setpoints": [{"x": message["told"] / 10}]}
    reply = {"id": message["id"], **(what if message.get("ask", 1) else {})}
print(message["end"])
`;
  const args = ["-c", client, bridge.url, bridge.token];
  const ending = new Deno.Command(PYTHON, { args, stdin: "null", stdout: "piped", stderr: "piped" }).output();
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 20 }));
  const { points, thrown } = await collect(run);
  const { stdout, stderr } = await ending;
  assertEquals([thrown, points.length], [undefined, 20]);
  assertEquals([new TextDecoder().decode(stdout).trim(), new TextDecoder().decode(stderr)], ["the run has ended", ""]);
});

Deno.test("the HTTP bridge refuses whoever does not know the token, and takes a reply once", async () => {
  await using bridge = httpBridge({ token: "secret", timeoutMs: 60_000 });
  const post = async (body: string, authorization = "Bearer secret") => {
    const response = await fetch(bridge.url, { method: "POST", headers: { authorization }, body });
    return { status: response.status, json: await response.json() };
  };
  for (const wrong of ["", "Bearer", "Bearer Secret", "secret", "Bearer secret2"]) {
    assertEquals((await post("{}", wrong)).status, 401);
  }
  const got = await fetch(bridge.url);
  assertEquals([got.status, await got.json()], [405, { error: "post the reply to the last message, or {}" }]);
  const bad = await post("[");
  assertEquals(bad.status, 400);
  assertMatch(bad.json.error, /one line of JSON is due/);

  const first = bridge.exchange({ id: 0, ask: 1 });
  await assertRejects(() => bridge.exchange({ id: 1 }), SondeError, "asked before it had answered");
  assertEquals((await post("{}")).json, { id: 0, ask: 1 });
  assertEquals((await post(`{"id": 7}`)).json, { id: 0, ask: 1 }, "a reply to something else counts for nothing");
  const polling = post(`{"id": 0, "setpoints": []}`);
  assertEquals(await first, { id: 0, setpoints: [] });
  const second = bridge.exchange({ id: 1 });
  assertEquals((await polling).json, { id: 1 }, "the poll is answered as soon as there is news");
  assertEquals((await post(`{"id": 0, "setpoints": []}`)).json, { id: 1 }, "the same reply again");
  const last = post(`{"id": 1}`);
  await second;
  await bridge.close();
  assertEquals((await last).json, { end: "the run has ended" });
  await assertRejects(() => bridge.exchange({ id: 2 }), SondeError, "is closed");
});

Deno.test("nobody who asks over HTTP in time ends the run with the address where it waited", async () => {
  await using b = await bench();
  await using bridge = httpBridge({ timeoutMs: 50 });
  const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 20 }));
  assertMatch(messageOf((await collect(run)).thrown), /127\.0\.0\.1:\d+\/: did not answer within 50 ms/);
  assertEquals(b.sink.outcome.status, "failed");
});

Deno.test("however a run ends, and even if it never begins, its advisor is closed once", async () => {
  for (const how of ["complete", "break", "abort", "never", "sink", "advise"] as const) {
    await using b = await bench({ sink: { throwIn: how === "sink" ? "open" : undefined } });
    let closed = 0;
    const bridge = {
      ...plainBridge(({ ask }) => how === "advise" ? { error: "no" } : { setpoints: ask ? [{ x: 1 }] : [] }),
      close: () => Promise.resolve(void closed++),
    };
    const run = steeredRun(b, steered({ axes: { x: [0, 5] }, on: "diode", bridge, maxPoints: 2 }));
    if (how === "never") run.abort("not today");
    const { points } = await collect(run, () => how === "abort" ? run.abort() : how);
    assertEquals(
      [points.length, closed],
      [{ complete: 2, break: 1, abort: 1, never: 0, sink: 0, advise: 0 }[how], 1],
      how,
    );
  }
});

Deno.test("a run without an advisor refuses to consult", async () => {
  await using b = await bench();
  const path = steered({ axes: { x: [0, 5] }, on: "diode", bridge: program("").bridge, maxPoints: 20 });
  const job = createJob((() => path()) as never, { rig: b.rig, read: ["diode"], quiet: true }, { sinks: [b.sink] });
  assertMatch(messageOf((await collect(new Run(job))).thrown), /was given none \(advisor\)/);
});
