import type { RunState } from "../../scan/engine/run.ts";

/** What a key does to a run. */
export type KeyAction = "pause" | "resume" | "abort" | "none";

/** The second `a` has to come within this time. */
const ARMED_MS = 5000;

/** States in which a run can be paused, or go on. */
const GOING: readonly RunState[] = ["running", "holding", "paused"];

/** The keys of a view outside of questions: `p` pauses and goes on, `a` twice aborts. */
export class ViewKeys {
  #armedMs = -Infinity;

  /** What a key does in this state; times in milliseconds on any one clock. */
  press(key: string, state: RunState, nowMs: number): KeyAction {
    const again = this.armed(nowMs), lower = key.toLowerCase(), going = GOING.includes(state);
    this.#armedMs = lower === "a" && going && !again ? nowMs : -Infinity;
    if (!going) return "none";
    if (lower === "a") return again ? "abort" : "none";
    if (lower === "p") return state === "paused" ? "resume" : "pause";
    return key === "Enter" && state === "paused" ? "resume" : "none";
  }

  /** Whether one more `a` aborts. */
  armed(nowMs: number): boolean {
    return nowMs - this.#armedMs <= ARMED_MS;
  }

  /** What the keys do now, in a line. */
  text(state: RunState, nowMs: number): string {
    if (this.armed(nowMs)) return "a again to abort the run; any other key lets it go on";
    if (state === "running" || state === "holding") return "p pause   a abort   Ctrl-C stop the axes and pause";
    if (state === "paused") return "p or Enter go on   a abort   Ctrl-C abort";
    return state === "waiting" ? "Ctrl-C stop the axes and pause" : "";
  }
}
