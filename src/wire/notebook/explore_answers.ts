import { InputError } from "../../core/errors.ts";
import { packSlice, readSlice, type SliceAsked } from "../../view/notebook/explore_slice.ts";
import { figureOf } from "../pictures.ts";
import type { ExploreData } from "./explore_data.ts";

/** What the page of an explored run asks the kernel for: the model, slices, and figures of arrays of one dimension. */
export async function exploreAnswer(data: ExploreData, { url }: Request, what: string): Promise<Response> {
  const query = new URL(url).searchParams, { data: run, from, running } = await data.now();
  const headers = { "cache-control": "no-store" };
  try {
    if (what === "model") return Response.json({ model: from.model, running }, { headers });
    if (what === "slice") {
      const slice = await readSlice(from, askedIn(query.get("ask")));
      return new Response(packSlice(slice), { headers: { ...headers, "content-type": "application/octet-stream" } });
    }
    if (what === "figure") {
      const array = from.model.arrays[Number(query.get("array") ?? NaN)];
      if (!array) throw InputError.at("array", `there are ${from.model.arrays.length} arrays`, query.get("array"));
      const figure = await figureOf(run, { detector: array.name });
      return Response.json(figure.plotly(), { headers });
    }
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown;
    return new Response(thrown.message, { status: 400 });
  }
  return new Response("ask for model, slice or figure", { status: 404 });
}

function askedIn(text: string | null): SliceAsked {
  try {
    const asked = JSON.parse(text ?? "");
    if (Array.isArray(asked?.at)) return asked;
  } catch { /* refused below */ }
  throw InputError.at("ask", "needs an array and what of it, as JSON", text);
}
