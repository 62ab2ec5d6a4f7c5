import { AsyncLocalStorage } from "node:async_hooks";
import { armHalt, axesInMotion, halt, halted } from "../../core/halt.ts";
import { keepInterrupts } from "../../scan/interrupts.ts";

const HOW_ON = "Nothing moves in this notebook until unlock() is called; reading and analysing goes on.";

/**
 * Stops everything in order when the kernel is interrupted, and keeps the cells behind it from moving anything until
 * `unlock()`; after a run that has failed or was aborted too. Interrupts that find nothing to stop are survived and said.
 *
 * @param say how a person is told; on standard error, which the notebook shows, when left out
 * @returns disposing of it leaves interrupts to the system again
 */
export function haltOnInterrupt(say: (text: string) => void = (text) => console.error(text)): Disposable {
  let interrupted = false;
  const latch = armHalt({
    // What an interrupt does is said by itself.
    fell: (reason) => void (interrupted || say(`Locked, because ${reason}. ${HOW_ON}`)),
    left: watchCells(),
  });
  const forget = keepInterrupts({
    interrupted({ runs, ended }) {
      const moving = axesInMotion(), before = halted() !== undefined;
      interrupted = true;
      const stopped = halt("the notebook was interrupted");
      // At once: a moment later it would stand below the next cell.
      say(`${whatStops(runs, moving, before)} ${HOW_ON}`);
      void Promise.all([stopped, ended]).then(([failures]) => {
        for (const failure of failures) say(failure);
        interrupted = false;
      });
    },
  });
  return {
    [Symbol.dispose]() {
      forget();
      latch[Symbol.dispose]();
    },
  };
}

/** What an interrupt has met. */
function whatStops(runs: number, moving: number, before: boolean): string {
  if (runs) return "Interrupted: the scan ends in order, its axes are stopped, and what was measured is kept.";
  if (moving) {
    return `Interrupted: ${moving === 1 ? "the axis that moved is" : `the ${moving} axes that moved are`} stopped.`;
  }
  const waits = "A cell that waits for something else ends by restarting the kernel.";
  return before
    ? `Interrupted again: nothing of Sonde's runs. ${waits}`
    : `Interrupted, and nothing was running that Sonde could stop. ${waits}`;
}

/** What of the kernel's inside is used, where it is there. */
interface KernelInside {
  readonly jupyter?: { broadcastResult?: (...results: unknown[]) => unknown };
}

/**
 * Tells a loop that was left by an error from one that was left by `break`. To the iterator both are the same, so it is
 * looked at what came after: a cell that ends well hands its result to a function of the kernel, one that fails does not;
 * and code behind the loop carries the mark that was set when the loop was left, the code of another cell does not.
 *
 * @returns for `HaltHooks.left`; where the kernel has no such function, what cannot be told counts as an error
 */
function watchCells(): () => () => boolean {
  const flow = new AsyncLocalStorage<symbol>();
  let endedWell = 0;
  const { internal } = Deno as unknown as { readonly internal?: symbol };
  const inside = internal && (Deno as unknown as Record<symbol, KernelInside>)[internal]?.jupyter;
  if (inside?.broadcastResult) {
    const original = inside.broadcastResult;
    inside.broadcastResult = (...results) => {
      endedWell++;
      return original.apply(inside, results);
    };
  }
  return () => {
    const mark = Symbol("left"), before = endedWell;
    flow.enterWith(mark);
    return () => endedWell === before && flow.getStore() !== mark;
  };
}
