// A person decides before each finer pass; here a function stands for the person. At a terminal, leave `answer` out.
import { ok } from "node:assert/strict";
import { connect, linspace, scan, sim, zoom } from "sonde";

await using rig = await connect({
  wavelength: sim.monochromator({ unit: "nm", limits: [400, 900] }),
  diode: sim.photodiode(),
});

const plan = zoom(linspace("wavelength", 638, 644, 31), {
  on: "diode",
  depth: 3,
  approve: { otherwise: "cancel", deadlineMs: 60_000 },
});
let questions = 0;
const run = scan(plan, {
  rig,
  read: ["diode"],
  name: "approve",
  answer({ found, next, action }) {
    console.log(`${found}: ${next}? At most ${action?.points} points.`);
    return ++questions < 2 ? "continue" : "cancel"; // or "abort"
  },
});
const { points } = await run.done;
console.log(`${questions} questions, ${points} points`);

// What was asked and answered is in the log of the run.
const data = await run.data(), kinds = (await data.array("log/kind").read()).data as string[];
const entries = (await data.array("log/data").read()).data as string[];
const answers = entries.filter((_, k) => kinds[k] === "ask").map((text) => JSON.parse(text).answer);
console.log(answers.join(", "));
ok(answers.length === questions && answers.at(-1) === "cancel" || questions < 2);
