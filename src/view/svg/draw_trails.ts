import type { PixelPanel } from "../figure_data.ts";
import type { Plane } from "./annotations.ts";
import { dot, element, px } from "./element.ts";

/** With more places than this, dots get smaller, so that the colours between them are still seen. */
const MANY = 400;

type Trails = NonNullable<PixelPanel["trails"]>;

/** Places on top of pixels, where the ground may have any colour: light with a dark rim. */
export function drawTrails(trails: NonNullable<PixelPanel["trails"]>, plane: Plane): string {
  return trails.map((trail) => drawTrail(trail, plane)).join("");
}

function drawTrail({ x, y, draw = "points" }: Trails[number], { xScale, yScale }: Plane): string {
  const places = Array.from(x, (at, i) => [xScale(at), yScale(y[i])] as const);
  const seen = ([x, y]: readonly [number, number]) => Number.isFinite(x + y);
  const radius = places.length > MANY ? 1.1 : 1.7;
  const line = draw === "points" ? "" : pathOf(places, seen);
  const dots = draw === "line" ? "" : places.filter(seen).map(([x, y]) => dot(x, y, radius)).join("");
  const common = { fill: "none", "stroke-linejoin": "round" };
  return (line &&
    element("path", { ...common, stroke: "#000", "stroke-opacity": 0.6, "stroke-width": 3, d: line }) +
      element("path", { ...common, stroke: "#fff", "stroke-width": 1.2, d: line })) +
    (dots && element("path", { fill: "#fff", stroke: "#000", "stroke-opacity": 0.6, "stroke-width": 0.8, d: dots }));
}

/** A line from place to place, lifted over gaps. */
function pathOf(
  places: readonly (readonly [number, number])[],
  seen: (place: readonly [number, number]) => boolean,
): string {
  let lifted = true;
  return places.map((place) => {
    if (!seen(place)) {
      lifted = true;
      return "";
    }
    const step = `${lifted ? "M" : "L"}${px(place[0])} ${px(place[1])}`;
    lifted = false;
    return step;
  }).join("");
}
