import { relative } from "@std/path";
import { duration } from "../scan/duration.ts";
import type { QueueOutcome } from "./run_queue.ts";
import { textTable } from "./text_table.ts";

/** A queue as it is read in the morning: what became of each scan, and the commands that go on with those that are not done. */
export function queueSummary({ runs }: QueueOutcome, width = Infinity): string {
  const here = Deno.cwd(), count = (status: string) => runs.filter((run) => run.status === status).length;
  const rows = runs.map(({ file, status, points, timeMs, to, reason }) => {
    const began = status !== "not begun";
    const places = to.map((place) => placeText(place, here)).join(", ");
    return [file, status, began ? points.toLocaleString("en") : "", began ? duration(timeMs) : "", places, reason];
  });
  const totalMs = runs.reduce((sum, { timeMs }) => sum + timeMs, 0);
  const counts = ["success", "aborted", "failed", "not begun"].map((status) => [count(status), status] as const);
  const said = counts.filter(([many]) => many).map(([many, status]) => `${many} ${status}`).join(", ");
  const next = runs.flatMap((run) => run.next === undefined ? [] : [`  ${run.next}`]);
  return [
    textTable([["scan", "status", "points", "took", "run", "reason"], ...rows], { right: [2, 3], width }),
    `${said} in ${duration(totalMs)}`,
    ...next.length ? ["to go on:", ...next] : [],
  ].join("\n");
}

function placeText(place: string, here: string): string {
  const inside = relative(here, place);
  return !/^[a-z][a-z0-9+.-]+:\/\//i.test(place) && inside && !inside.startsWith("..") ? inside : place;
}
