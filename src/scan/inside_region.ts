import type { Ellipse, Polygon, Region } from "../core/plan.ts";

/** How far outside a region's edge, in parts of its size, still counts as on it: rounding of setpoints, no more. */
const EDGE = 1e-9;

function ellipseTest({ center, radii, angle = 0 }: Ellipse): (a: number, b: number) => boolean {
  const cos = Math.cos(angle * Math.PI / 180), sin = Math.sin(angle * Math.PI / 180);
  return (a, b) => {
    const u = (a - center[0]) * cos + (b - center[1]) * sin, v = (b - center[1]) * cos - (a - center[0]) * sin;
    return (u / radii[0]) ** 2 + (v / radii[1]) ** 2 <= 1 + EDGE;
  };
}

function polygonTest({ vertices }: Polygon): (a: number, b: number) => boolean {
  const size = Math.max(...[0, 1].map((k) => {
    const along = vertices.map((v) => v[k]);
    return Math.max(...along) - Math.min(...along);
  }));
  return (a, b) => {
    let inside = false;
    for (let i = 0, j = vertices.length - 1; i < vertices.length; j = i++) {
      const [ai, bi] = vertices[i], [aj, bj] = vertices[j];
      const t = Math.min(
        1,
        Math.max(0, ((a - ai) * (aj - ai) + (b - bi) * (bj - bi)) / ((aj - ai) ** 2 + (bj - bi) ** 2 || 1)),
      );
      if (Math.hypot(a - ai - t * (aj - ai), b - bi - t * (bj - bi)) <= EDGE * size) return true;
      if ((bi > b) !== (bj > b) && a < (aj - ai) * (b - bi) / (bj - bi) + ai) inside = !inside;
    }
    return inside;
  };
}

/** Whether a point of the two axes lies inside, edges included; polygons by the even–odd rule. */
export function insideRegion(region: Region): (a: number, b: number) => boolean {
  return region.kind === "ellipse" ? ellipseTest(region) : polygonTest(region);
}
