import { assertEquals } from "@std/assert";
import { findPeaks, type FindPeaksOptions, peakProminences, peakWidths } from "../src/adapt/peaks/mod.ts";
import { python } from "./python.ts";

/** A question put to Sonde and to scipy alike. */
export interface PeakCase {
  readonly call: "findPeaks" | "peakProminences" | "peakWidths";
  readonly signal: Float64Array;
  readonly options?: FindPeaksOptions;
  readonly peaks?: readonly number[];
}

/** What either answers: arrays by scipy's names in camelCase. */
type Answer = Record<string, number[]>;

/** Asks scipy all cases in one go. Per-sample arrays are marked, because scipy tells them from pairs by their type. */
export async function askScipy(cases: readonly PeakCase[]): Promise<Answer[]> {
  const data = cases.map(({ call, signal, options = {}, peaks = null }) => {
    const marked = Object.entries(options).map(([key, option]) => [snake(key), mark(option)]);
    return { call: snake(call), signal, peaks, options: Object.fromEntries(marked) };
  });
  return await python<Answer[]>(SCIPY, data);
}

/** Asks Sonde. */
export function askSonde({ call, signal, options = {}, peaks = [] }: PeakCase): Answer {
  if (call === "findPeaks") {
    const found = findPeaks(signal, options);
    return lists({ peaks: found.peaks, ...found.properties });
  }
  const { wlen, relHeight } = options;
  const answer = call === "peakProminences"
    ? peakProminences(signal, peaks, wlen)
    : peakWidths(signal, peaks, { wlen, relHeight: relHeight ?? undefined });
  return lists({ ...answer });
}

/** Fails at the first case that the two answer differently, to the last bit. */
export async function assertAgrees(cases: readonly PeakCase[]): Promise<void> {
  const scipy = await askScipy(cases);
  cases.forEach((one, k) => {
    const shown = `case ${k}: ${one.call} of [${one.signal}], peaks ${one.peaks}, ${Deno.inspect(one.options)}`;
    assertEquals(sorted(askSonde(one)), sorted(scipy[k]), shown);
  });
}

function lists(answer: Record<string, Float64Array | Int32Array>): Answer {
  return Object.fromEntries(Object.entries(answer).map(([key, array]) => [key, Array.from(array, (v) => v + 0)]));
}

function sorted(answer: Answer): Answer {
  return Object.fromEntries(Object.keys(answer).sort().map((key) => [key, answer[key].map((v) => v + 0)]));
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function mark(option: unknown): unknown {
  if (ArrayBuffer.isView(option)) return { array: option };
  return Array.isArray(option) ? option.map(mark) : option;
}

const SCIPY = `
import numpy as np
from scipy import signal
warnings.simplefilter("ignore")  # PeakPropertyWarning, and inf - inf

def read(option):
    if isinstance(option, dict):
        return np.asarray(option["array"], dtype=float)
    return tuple(map(read, option)) if isinstance(option, list) else option

def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)

def ask(case):
    x = np.asarray(case["signal"], dtype=float)
    options = {key: read(option) for key, option in case["options"].items()}
    if case["call"] == "find_peaks":
        peaks, properties = signal.find_peaks(x, **options)
        return {"peaks": peaks.tolist(), **{camel(key): array.tolist() for key, array in properties.items()}}
    answer = getattr(signal, case["call"])(x, np.asarray(case["peaks"], dtype=int), **options)
    names = {
        "peak_prominences": ["prominences", "leftBases", "rightBases"],
        "peak_widths": ["widths", "widthHeights", "leftIps", "rightIps"],
    }[case["call"]]
    return {name: array.tolist() for name, array in zip(names, answer)}

json.dump([ask(case) for case in data], sys.stdout)
`;
