/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/**
 * Every 15th entry of viridis, by Stéfan van der Walt and Nathaniel Smith (CC0): evenly stepped in lightness, and read
 * alike with all common kinds of colour blindness.
 */
const VIRIDIS_STOPS = "440154481769472a7a433d843d4e8a355e8d2e6d8e297b8e23898e" +
  "1f978b21a5852eb37c46c06f65cb5e89d548b0dd2fd8e219fde725";

/** The stops of the sequential palette, evenly spaced, for renderers that interpolate by themselves. */
export const SEQUENTIAL_STOPS: readonly Rgb[] = VIRIDIS_STOPS.match(/.{6}/g)!.map(fromHex);

/** The one sequential palette of all fronts: 256 colours, from the smallest reading to the largest. */
export const SEQUENTIAL: readonly Rgb[] = Array.from({ length: 256 }, (_, i) => {
  const place = i / 255 * (SEQUENTIAL_STOPS.length - 1), low = Math.min(Math.floor(place), SEQUENTIAL_STOPS.length - 2);
  const a = SEQUENTIAL_STOPS[low], b = SEQUENTIAL_STOPS[low + 1];
  return [0, 1, 2].map((k) => Math.round(a[k] + (b[k] - a[k]) * (place - low))) as unknown as Rgb;
});

/** The colours of a figure on a light or a dark ground. */
export interface Theme {
  /** What everything is drawn on, as all the colours here in CSS notation. */
  readonly ground: string;
  /** Frames of panels and text that matters. */
  readonly ink: string;
  /** Titles of axes, tick labels, notes. */
  readonly muted: string;
  /** Lines at the ticks. */
  readonly grid: string;
  /** Cells not measured. */
  readonly empty: string;
  /** Peaks, marks and reference lines. */
  readonly accent: string;
  /** Curves, in order. From Okabe and Ito's set (2008), those with a contrast of 3:1 or nearly so on this ground. */
  readonly series: readonly string[];
}

/** Both grounds. */
export const THEMES: { readonly light: Theme; readonly dark: Theme } = {
  light: {
    ground: "#ffffff",
    ink: "#1b1f24",
    muted: "#57606a",
    grid: "#e7eaee",
    empty: "#eceff2",
    accent: "#d55e00",
    series: ["#0072b2", "#009e73", "#cc79a7", "#d55e00", "#1b1f24"],
  },
  dark: {
    ground: "#14171c",
    ink: "#e8ebef",
    muted: "#9aa4b0",
    grid: "#2a2f37",
    empty: "#252a32",
    accent: "#e69f00",
    series: ["#56b4e9", "#009e73", "#cc79a7", "#e69f00", "#f0e442"],
  },
};

/** `#0072b2` (or without `#`) as numbers. */
export function fromHex(hex: string): Rgb {
  const bits = parseInt(hex.replace("#", ""), 16);
  return [bits >> 16, bits >> 8 & 255, bits & 255];
}

/** Numbers as `#0072b2`. */
export function toHex([r, g, b]: Rgb): string {
  return "#" + (r << 16 | g << 8 | b).toString(16).padStart(6, "0");
}

/**
 * The place of a reading in the palette, 0 to 255, or −1 when it is not finite. What lies beyond the range gets the
 * colour of its end; where the range has no extent, all get the middle.
 */
export function colourIndex(reading: number, [low, high]: readonly [number, number]): number {
  if (!Number.isFinite(reading)) return -1;
  if (!(high > low)) return 128;
  // Halves, so that a range wider than the largest double does not overflow.
  const share = (reading / 2 - low / 2) / (high / 2 - low / 2);
  return Math.max(0, Math.min(255, Math.round(share * 255)));
}
