/** A scan in a process of its own, to be killed: `adaptive_kill_child.ts STORE KIND`. It prints the numbers of its points. */
import { KILLED, type KilledKind } from "./adaptive_kill_support.ts";
import { Lab, live } from "./adaptive_resume_support.ts";

const [store, kind] = Deno.args, scenario = KILLED[kind as KilledKind], lab = new Lab(scenario.lab);
const onPoint = async (seqNum: number) => {
  console.log(seqNum);
  await new Promise((resolve) => setTimeout(resolve, 4));
};
// Whoever was killed has left its axes somewhere, and the next one knows nothing of it.
for (const axis of scenario.axes) lab.moved.add(axis);
const { done } = await live(store, { ...scenario, onPoint }, lab);
console.log(done ? "done" : "not done");
