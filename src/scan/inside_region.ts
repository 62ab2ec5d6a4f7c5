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
  const spans = [0, 1].map((k) => {
    const along = vertices.map((vertex) => vertex[k]);
    return Math.max(...along) - Math.min(...along);
  });
  const nearSquared = (EDGE * Math.max(...spans)) ** 2;
  const edges = vertices.map(([a, b], i) => {
    const [nextA, nextB] = vertices[(i + 1) % vertices.length], da = nextA - a, db = nextB - b;
    return { a, b, nextB, da, db, lengthSquared: da * da + db * db || 1 };
  });
  return (a, b) => {
    let inside = false;
    for (const edge of edges) {
      const u = a - edge.a, v = b - edge.b;
      const t = Math.min(1, Math.max(0, (u * edge.da + v * edge.db) / edge.lengthSquared));
      const offA = u - t * edge.da, offB = v - t * edge.db;
      if (offA * offA + offB * offB <= nearSquared) return true;
      if ((edge.b > b) !== (edge.nextB > b) && u < edge.da * v / edge.db) inside = !inside;
    }
    return inside;
  };
}

/** Whether a point of the two axes lies inside, edges included; polygons by the even–odd rule. */
export function insideRegion(region: Region): (a: number, b: number) => boolean {
  return region.kind === "ellipse" ? ellipseTest(region) : polygonTest(region);
}
