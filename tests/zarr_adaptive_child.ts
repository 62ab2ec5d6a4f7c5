/** An adaptive run in a process of its own, to be killed: `zarr_adaptive_child.ts STORE [resume]`. It prints its points. */
import { zarrSink } from "../src/zarr/zarr_sink.ts";
import { begin, goOn, LONG } from "./zarr_adaptive_support.ts";
import { OUTCOME } from "./zarr_fixture.ts";

const [url, mode] = Deno.args;
let measured = 0;
const life = {
  head: LONG,
  async onPoint({ seqNum }: { readonly seqNum: number }) {
    measured = Math.max(measured, seqNum + 1);
    console.log(seqNum);
    await new Promise((resolve) => setTimeout(resolve, 8));
  },
};
const sink = mode === "resume" ? (await goOn({ url }, life)).sink : zarrSink({ url });
if (mode !== "resume") await begin(sink, life);
await sink.close({ ...OUTCOME, points: measured });
console.log("done");
