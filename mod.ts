/**
 * Sonde describes, runs and records laboratory scans: N-dimensional, nested and adaptive.
 *
 * @example
 * ```ts
 * import { connect, linspace, scan, sim } from "sonde";
 *
 * await using rig = await connect({
 *   x: sim.stage({ unit: "mm", limits: [-5, 5] }),
 *   diode: sim.photodiode(),
 * });
 * const folder = await Deno.makeTempDir();
 * const run = scan(linspace("x", -1, 1, 11), { rig, read: ["diode"], to: `${folder}/line.zarr` });
 * for await (const point of run) console.log(point.setpoint.x, point.reading.diode);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export {
  concat,
  ellipse,
  every,
  linspace,
  list,
  logspace,
  mask,
  nest,
  polygon,
  relative,
  repeat,
  shuffle,
  snake,
  spiral,
  step,
  zip,
} from "./src/scan/nodes.ts";
export { align, climb, focus, fold, learn, track, when, zoom } from "./src/scan/adaptive_nodes.ts";
export { around, set, take } from "./src/scan/around.ts";
export { parsePlan } from "./src/scan/parse_plan.ts";
export { parseScanFile, planToYaml, type ScanFile } from "./src/scan/scan_file.ts";
export {
  check,
  type CheckOptions,
  live,
  RecordedRun,
  scan,
  type Storage,
  type To,
  type Watchable,
} from "./src/wire.ts";
export { figureOf, type PictureOptions, type RunPeaks, runPeaks, savePeaks } from "./src/wire/pictures.ts";
export { overlay, type OverlayOptions } from "./src/wire/overlay.ts";
export { again, type AgainOptions } from "./src/wire/again.ts";
export type { GivenAgain } from "./src/wire/stored_scan.ts";
export { type RunEntry, type RunEntryDimension, runs } from "./src/wire/runs.ts";
export type { RunsFilter } from "./src/wire/select_runs.ts";
export type { CatalogueEntry } from "./src/zarr/run_catalogue.ts";
export { addNote, type NoteOptions } from "./src/zarr/add_note.ts";
export { type OpenedRun, openRun, resume, type ResumeOptions } from "./src/wire/resume.ts";
export { type CheckedPass, CheckReport } from "./src/scan/check.ts";
export { hold } from "./src/scan/hold.ts";
export type * from "./src/core/around_plan.ts";
export type * from "./src/core/rules.ts";
export type { PointRange } from "./src/scan/laid_points.ts";
export { Run, type RunState, type RunStatus } from "./src/scan/engine/run.ts";
export type { TimeSplit } from "./src/scan/engine/time_split.ts";
export type { PointOf } from "./src/scan/create_run.ts";
export type { Arrays, Merge, OnlyDetectors, ReadingsOf, ScanOptions } from "./src/scan/scan_options.ts";
export type { AnyRead, RateOptions, ReadOf } from "./src/scan/rated_read.ts";
export type { Rate } from "./src/scan/burst_detector.ts";
export type { OnReadError } from "./src/scan/read_policy.ts";
export type { Advisor, Asking, AskingOptions, PathFunction, PathTools } from "./src/scan/path_tools.ts";
export type { ApprovalFront, ApprovalQuestion } from "./src/scan/engine/approvals.ts";
export { terminalFront } from "./src/scan/terminal_front.ts";
export type { Bridge, Hello, Message, Told, Turn } from "./src/wire/bridge/bridge.ts";
export { type HttpBridge, httpBridge, type HttpBridgeOptions } from "./src/wire/bridge/http_bridge.ts";
export { processBridge, type ProcessBridgeOptions } from "./src/wire/bridge/process_bridge.ts";
export { steered, type SteeredOptions, type SteeredPath } from "./src/wire/bridge/steered.ts";

export { findPeaks, peakProminences, peakWidths } from "./src/adapt/peaks/mod.ts";
export type * from "./src/adapt/peaks/mod.ts";
export { type PeakAlong, peaksAlong } from "./src/adapt/peaks_along.ts";
export { above, and, below, type HysteresisOptions, inside, not, or, peak, slope } from "./src/adapt/triggers/mod.ts";
export {
  type Compute,
  derive,
  type Derived,
  type DerivedExpression,
  type DerivedFunction,
  type DerivedInfo,
  type DerivedReadings,
  type DerivedSpec,
} from "./src/adapt/derive.ts";

export { connect, type ConnectOptions } from "./src/hw/connect.ts";
export { type Configuration, configured } from "./src/hw/configured.ts";
export { calibrated, derivedAxis, type DerivedAxisOptions } from "./src/hw/derived_axis/derived_axis.ts";
export { derivedAxes, type DerivedAxesOptions } from "./src/hw/derived_axis/derived_axes.ts";
export type { Calibration } from "./src/hw/derived_axis/calibration.ts";
export { parseRigFile } from "./src/hw/rig_file.ts";
export { sim } from "./src/hw/sim/mod.ts";
export { aravis } from "./src/hw/aravis/mod.ts";
export type * from "./src/hw/aravis/mod.ts";
export { scpi } from "./src/hw/scpi/mod.ts";
export type * from "./src/hw/scpi/mod.ts";
export { param, type ParamOptions } from "./src/hw/param.ts";
export { abortable } from "./src/hw/ffi/abortable.ts";
export { fromCString, toCString } from "./src/hw/ffi/cstring.ts";
export { type Library, LibraryError, openLibrary } from "./src/hw/ffi/open_library.ts";
export { type Serial, serial } from "./src/hw/ffi/serial.ts";
export { deviceSpecs } from "./src/hw/device_specs.ts";
export type * from "./src/hw/rig_types.ts";
export type { DeviceEntry } from "./src/hw/device_specs.ts";

export { openArray } from "./src/zarr/open_array.ts";
export type { OpenRunOptions, RunArray, RunData, RunElements, Selection } from "./src/zarr/open_run.ts";
export {
  rechunk,
  type RechunkedArray,
  type RechunkOptions,
  type RechunkProgress,
  type RechunkReport,
} from "./src/zarr/rechunk.ts";
export {
  type VerifyFinding,
  type VerifyOptions,
  type VerifyProgress,
  type VerifyReport,
  verifyRun,
} from "./src/zarr/verify_run.ts";
export type { WhenFull } from "./src/zarr/frames/worker_route.ts";
export type { StageMs } from "./src/zarr/stage_times.ts";
export { type Durability, type ZarrSink, zarrSink, type ZarrSinkOptions } from "./src/zarr/zarr_sink.ts";
export type { Attributes, ElementType } from "./src/zarr/array_spec.ts";
export type { Compression } from "./src/zarr/codecs.ts";
export { type ByteRange, type Key, type Store, StoreError } from "./src/zarr/stores/store.ts";
export { Figure, writeFigure } from "./src/view/mod.ts";
export type {
  Colour,
  ColourRange,
  CurvePanel,
  FigureData,
  GridAxis,
  HeatmapPanel,
  HtmlOptions,
  ImagePanel,
  Mark,
  Panel,
  PanelAxis,
  PanelBase,
  Peak,
  PixelPanel,
  PlotlyFigure,
  PlotlyObject,
  PlotlyOptions,
  Quantity,
  ReferenceLine,
  Region as FigureRegion,
  RunFigureOptions,
  Series,
  Shade,
  SvgOptions,
  SvgTheme,
  TextOptions,
  Theme,
} from "./src/view/mod.ts";

export { ForbidError } from "./src/core/forbid_error.ts";
export { fakeClock } from "./src/core/fake_clock.ts";
export { type Clock, systemClock } from "./src/core/clock.ts";
export {
  DeviceError,
  InputError,
  type Issue,
  LimitError,
  MoveError,
  RunAborted,
  SondeError,
} from "./src/core/errors.ts";
export {
  Frame,
  type Point,
  type Quality,
  type Reading,
  type Readings,
  type Setpoint,
  type Setpoints,
} from "./src/core/point.ts";
export type * from "./src/core/plan.ts";
export type * from "./src/core/adaptive_plan.ts";
export type * from "./src/core/trigger.ts";
export type * from "./src/core/path.ts";
export type * from "./src/core/device.ts";
export type * from "./src/core/rig.ts";
export type * from "./src/core/sink.ts";
export type * from "./src/core/layout.ts";
export type { Dtype, NumericArray } from "./src/core/dtype.ts";
export { Timings } from "./src/core/timings.ts";
export { SONDE_VERSION } from "./src/core/version.ts";
export { HaltedError, haltSignal, unlock } from "./src/core/halt.ts";
export { guardKernelCells } from "./src/wire/notebook/guard_kernel_cells.ts";
export { approvalButtons, type ApprovalButtonsOptions } from "./src/wire/notebook/approval_buttons.ts";
export { startWatchdog } from "./src/wire/notebook/watchdog.ts";
export { withSafeState } from "./src/hw/make_safe.ts";
export {
  type ExplorableRun,
  explore,
  type ExploreOptions,
  Explorer,
  type ExplorerHtmlOptions,
} from "./src/wire/notebook/explore.ts";
