import type { FsStore } from "../stores/fs.ts";
import type { StageTimes } from "../stage_times.ts";
import type { ZarrSinkOptions } from "../zarr_sink_options.ts";
import { RING_BYTES } from "./frame_ring.ts";
import { WorkerRoute } from "./worker_route.ts";

/** The way of large frames into a folder, as a sink's options ask for it. */
export function frameWorkers(
  store: FsStore,
  options: ZarrSinkOptions,
  means: { readonly times: StageTimes; nowMs(): number; onError(error: unknown): void },
): WorkerRoute {
  const { compression = "zstd", workers = navigator.hardwareConcurrency, queueBytes = RING_BYTES } = options;
  return new WorkerRoute({ store, compression, workers: Math.max(1, workers), ringBytes: queueBytes, ...means });
}
