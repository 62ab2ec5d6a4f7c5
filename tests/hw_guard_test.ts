import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Axis } from "../src/core/device.ts";
import { DeviceError, LimitError, MoveError } from "../src/core/errors.ts";
import type { Setpoint } from "../src/core/point.ts";
import { guard, param } from "../src/hw/mod.ts";

const op = { signal: new AbortController().signal };

/** An axis that notes what came over the wire. */
function wired(info: Partial<Axis> = {}) {
  const wire: Setpoint[] = [];
  const axis: Axis = { unit: "mm", set: (to) => void wire.push(to), readback: () => wire.at(-1) ?? 0, ...info };
  return { wire, axis: guard("x", axis) };
}

Deno.test("no setpoint outside the limits ever reaches the driver, and every one inside does", () => {
  const number = fc.double({ noDefaultInfinity: false });
  fc.assert(fc.property(number, number, fc.array(number), (a, b, setpoints) => {
    const limits = [Math.min(a, b), Math.max(a, b)] as const;
    fc.pre(!Number.isNaN(limits[0]));
    const { wire, axis } = wired({ limits });
    const allowed = (to: number) => Number.isFinite(to) && to >= limits[0] && to <= limits[1];
    for (const to of setpoints) {
      if (allowed(to)) axis.set(to, op);
      else assertThrows(() => axis.set(to, op), LimitError);
    }
    assertEquals(wire, setpoints.filter(allowed));
  }));
});

Deno.test("only labels that were declared reach the driver", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.string(), (labels, word) => {
    const { wire, axis } = wired({ labels, unit: "" });
    if (labels.includes(word)) axis.set(word, op);
    else assertThrows(() => axis.set(word, op), LimitError);
    assertThrows(() => axis.set(1, op), LimitError);
    assertEquals(wire, labels.includes(word) ? [word] : []);
  }));
});

Deno.test("a LimitError says the axis, what came and what is allowed", () => {
  const error = assertThrows(() => wired({ limits: [-5, 5] }).axis.check(7), LimitError);
  assertEquals(error.message, "x: setpoint 7 is not allowed; allowed: -5 … 5 mm");
  assertEquals([error.axis, error.received, error.allowed], ["x", 7, "-5 … 5 mm"]);
  const label = assertThrows(() => wired({ labels: ["open", "closed"] }).axis.check("opne"), LimitError);
  assertStringIncludes(label.message, `setpoint "opne" is not allowed; allowed: "open", "closed"`);
  assertThrows(() => wired().axis.check("open"), LimitError, "any finite number in mm");
});

Deno.test("a move succeeds exactly when the readback is within the tolerance", () => {
  const small = fc.double({ min: -10, max: 10, noNaN: true });
  fc.assert(fc.property(small, small, fc.double({ min: 0, max: 5, noNaN: true }), (to, readback, tolerance) => {
    const { axis } = wired({ tolerance, readback: () => readback });
    if (Math.abs(readback - to) <= tolerance) {
      axis.set(to, op);
      assertEquals(axis.setpoint, to);
    } else {
      const error = assertThrows(() => axis.set(to, op), MoveError);
      assertEquals([error.device, error.setpoint, error.readback], ["x", to, readback]);
      assertStringIncludes(error.message, `tolerance ${tolerance} mm`);
      assertEquals(axis.setpoint, undefined);
    }
  }));
});

Deno.test("a readback that is NaN, or another label, is a MoveError", () => {
  assertThrows(() => wired({ tolerance: 1, readback: () => NaN }).axis.set(0, op), MoveError, "reports NaN");
  const shutter = wired({ unit: "", labels: ["open", "closed"], readback: () => "closed" }).axis;
  assertThrows(() => shutter.set("open", op), MoveError, `went to "open" but reports "closed"`);
});

Deno.test("a synchronous driver makes a synchronous move, an asynchronous one a promise", async () => {
  assertEquals(wired({ tolerance: 0 }).axis.set(1, op), undefined);
  const late = wired({ tolerance: 0, readback: () => Promise.resolve(1) }).axis;
  const moved = late.set(1, op);
  assert(moved instanceof Promise);
  await moved;
  assertEquals(late.setpoint, 1);
});

Deno.test("setpoint is undefined before the first move, while moving, and after a move that failed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let failing = false;
  const { axis } = wired({
    set: () => {
      if (failing) throw new Error("stalled");
      return promise;
    },
  });
  assertEquals(axis.setpoint, undefined);
  const moved = axis.set(1, op);
  assertEquals(axis.setpoint, undefined);
  resolve();
  await moved;
  assertEquals(axis.setpoint, 1);
  failing = true;
  const error = assertThrows(() => axis.set(2, op), MoveError, "x: move: stalled");
  assertEquals((error.cause as Error).message, "stalled");
  assertEquals(axis.setpoint, undefined);
});

Deno.test("a refused setpoint leaves the last one standing", () => {
  const { axis } = wired({ limits: [0, 1] });
  axis.set(1, op);
  assertThrows(() => axis.set(2, op), LimitError);
  assertEquals(axis.setpoint, 1);
});

Deno.test("an aborted signal moves nothing, and its reason is what is thrown", () => {
  const { wire, axis } = wired(), reason = new Error("stop it");
  assertEquals(assertThrows(() => axis.set(1, { signal: AbortSignal.abort(reason) })), reason);
  assertEquals(wire, []);
});

Deno.test("a move that was stopped, or overtaken by another, has not arrived", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let k = 0;
  const { axis } = wired({ set: () => gates[k++].promise, stop: () => {} });
  const stopped = axis.set(1, op) as Promise<void>;
  axis.stop("pause");
  gates[0].resolve();
  await assertRejects(() => stopped, MoveError, "stopped on its way to 1");
  const first = axis.set(2, op) as Promise<void>, second = axis.set(3, op) as Promise<void>;
  gates[2].resolve();
  await second;
  gates[1].resolve();
  await assertRejects(() => first, MoveError, "overtaken");
  assertEquals(axis.setpoint, 3);
});

Deno.test("typed errors of a driver and the reason of an abort come through as they are", async () => {
  const own = new DeviceError("x", "set", "no power"), controller = new AbortController(), reason = new Error("enough");
  assertEquals(
    assertThrows(() =>
      wired({
        set: () => {
          throw own;
        },
      }).axis.set(1, op)
    ),
    own,
  );
  const hanging = wired({
    set: (_, { signal }) => new Promise((_, no) => signal.addEventListener("abort", () => no(signal.reason))),
  });
  const moved = hanging.axis.set(1, { signal: controller.signal }) as Promise<void>;
  controller.abort(reason);
  assertEquals(await moved.catch((thrown) => thrown), reason);
});

Deno.test("param() makes an axis of a getter and a setter", () => {
  let gain = 1;
  const axis = guard(
    "amp.gain",
    param<number>({ limits: [0, 24], tolerance: 0, get: () => gain, set: (to) => void (gain = to) }),
  );
  axis.set(6, op);
  assertEquals([gain, axis.unit, axis.setpoint], [6, "", 6]);
  assertThrows(() => axis.set(25, op), LimitError);
});
