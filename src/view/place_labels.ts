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
  /** Whether it stands so high above its anchor that a line must lead to it: straight up, at the anchor's x. */
  readonly lifted: boolean;
}

/** Where labels may go. */
export interface Room {
  readonly width: number;
  readonly height: number;
  /** Between an anchor and its label. */
  readonly gap: number;
  /** How many rows higher up a label may go, with a line that leads to it; 6 when left out. */
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
 * Places labels one after the other, so give the most important first. A label goes above its anchor or beside it; where
 * there is no room, its shortest text goes higher up, with a line that leads to it. It never leaves the room, and neither
 * labels nor their lines cross one another. What does not fit is left out.
 */
export function placeLabels(requests: readonly LabelRequest[], room: Room): PlacedLabel[] {
  const placed: PlacedLabel[] = [], taken = [...room.taken ?? []], leaders: Box[] = [];
  requests.forEach((request, index) => {
    const blocked = [...taken, ...leaders];
    const found = findPlace(request, room, blocked, taken, true) ??
      (room.strict ? undefined : findPlace(request, room, blocked, taken, false));
    if (!found) return;
    placed.push({ index, ...found });
    taken.push(found.box);
    if (found.lifted) leaders.push(leaderBox(request, found.box));
  });
  return placed;
}

/** What the line to a lifted label takes up. */
function leaderBox({ x, y }: LabelRequest, { y: top, height }: Box): Box {
  return { x: x - 1, y: top + height, width: 2, height: Math.max(0, y - top - height) };
}

function findPlace(
  request: LabelRequest,
  room: Room,
  blocked: readonly Box[],
  labels: readonly Box[],
  clear: boolean,
): Omit<PlacedLabel, "index"> | undefined {
  const free = (box: Box) =>
    box.x >= 0 && box.y >= 0 && box.x + box.width <= room.width && box.y + box.height <= room.height &&
    !blocked.some((other) => overlap(box, other)) && !(clear && room.avoid?.(box));
  for (const { text, width, height } of request.choices) {
    for (const { x, y } of near(request, width, height, room)) {
      const box = { x: room.whole ? Math.round(x) : x, y: room.whole ? Math.round(y) : y, width, height };
      if (free(box)) return { text, box, lifted: false };
    }
  }
  const { text, width, height } = request.choices[request.choices.length - 1];
  for (const { x, y } of higher(request, width, height, room)) {
    const box = { x, y, width, height };
    // The marker under the anchor is this label's own, so its line may touch it.
    const line = leaderBox({ ...request, y: request.y - 2 }, box);
    if (free(box) && !labels.some((other) => overlap(line, other))) return { text, box, lifted: true };
  }
  return undefined;
}

/** Above in the middle (pushed inside), above right and left, beside. */
function near({ x, y }: LabelRequest, width: number, height: number, { gap, width: roomWidth }: Room) {
  const inside = Math.max(0, Math.min(roomWidth - width, x - width / 2)), above = y - gap - height;
  return [
    { x: inside, y: above },
    { x: x + gap, y: above },
    { x: x - gap - width, y: above },
    { x: x + 1.5 * gap, y: y - height / 2 },
    { x: x - 1.5 * gap - width, y: y - height / 2 },
  ];
}

/** Higher up and still over the anchor, so that a straight line leads there. */
function higher({ x, y }: LabelRequest, width: number, height: number, { gap, lifts = 6 }: Room) {
  return Array.from({ length: lifts }, (_, k) => y - gap - height - (k + 1) * (height + 1)).flatMap((above) => [
    { x: x - width / 2, y: above },
    { x: x - gap, y: above },
    { x: x + gap - width, y: above },
  ]);
}
