/** A rectangle, y growing downward: in pixels, or in cells of a terminal. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A label to be placed near an anchor. */
export interface LabelRequest {
  readonly x: number;
  readonly y: number;
  /** What may be written, the preferred text first, each with its size. */
  readonly choices: readonly { readonly text: string; readonly width: number; readonly height: number }[];
}

/** A label that found its place. */
export interface PlacedLabel {
  /** Which request it answers. */
  readonly index: number;
  readonly text: string;
  readonly box: Box;
}

/** Where labels may go. */
export interface Room {
  readonly width: number;
  readonly height: number;
  /** Between an anchor and its label. */
  readonly gap: number;
  /** How many rows higher up a label may go; 6 when left out. */
  readonly lifts?: number;
  /** Whether labels can only stand at whole places: cells. */
  readonly whole?: boolean;
  /** Never covered. */
  readonly taken?: readonly Box[];
  /** Covered only when there is no other place, or never when `strict`: the curve. */
  readonly avoid?: (box: Box) => boolean;
  readonly strict?: boolean;
}

/** Whether two rectangles share more than an edge. */
export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/**
 * Places labels one after the other, so give the most important first. A label goes above its anchor, or beside it, or
 * higher up; it never leaves the room and never covers another one. What does not fit is left out.
 */
export function placeLabels(requests: readonly LabelRequest[], room: Room): PlacedLabel[] {
  const placed: PlacedLabel[] = [], taken = [...room.taken ?? []];
  requests.forEach((request, index) => {
    const found = findPlace(request, room, taken, true) ??
      (room.strict ? undefined : findPlace(request, room, taken, false));
    if (!found) return;
    placed.push({ index, ...found });
    taken.push(found.box);
  });
  return placed;
}

function findPlace(request: LabelRequest, room: Room, taken: readonly Box[], clear: boolean) {
  for (const { text, width, height } of request.choices) {
    for (const { x, y } of candidates(request, width, height, room)) {
      const box = { x: room.whole ? Math.round(x) : x, y: room.whole ? Math.round(y) : y, width, height };
      if (box.x < 0 || box.y < 0 || box.x + width > room.width || box.y + height > room.height) continue;
      if (taken.some((other) => overlap(box, other)) || (clear && room.avoid?.(box))) continue;
      return { text, box };
    }
  }
  return undefined;
}

/** Above in the middle (pushed inside), above right and left, beside, then the same higher up. */
function candidates({ x, y }: LabelRequest, width: number, height: number, { gap, width: roomWidth, lifts = 6 }: Room) {
  const inside = Math.max(0, Math.min(roomWidth - width, x - width / 2)), places: { x: number; y: number }[] = [];
  for (let lift = 0; lift <= lifts; lift++) {
    const above = y - gap - height - lift * (height + 1);
    places.push({ x: inside, y: above }, { x: x + gap, y: above }, { x: x - gap - width, y: above });
    if (lift === 0) {
      places.push({ x: x + 1.5 * gap, y: y - height / 2 }, { x: x - 1.5 * gap - width, y: y - height / 2 });
    }
  }
  return places;
}
