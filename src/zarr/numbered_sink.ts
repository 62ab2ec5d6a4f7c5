import type { Sink } from "../core/sink.ts";
import { numberedRun } from "./run_folder.ts";
import { zarrSink, type ZarrSinkOptions } from "./zarr_sink.ts";

/** A sink in the next numbered folder, `runs/{date}/{number}-{name}.zarr`. */
export function numberedSink(options: Omit<ZarrSinkOptions, "url" | "store">): Sink {
  return new NumberedSink(options);
}

/** Picks its folder when it is opened, so that a scan that never starts leaves nothing behind. */
class NumberedSink implements Sink {
  #sink: Sink | undefined;
  constructor(readonly options: Omit<ZarrSinkOptions, "url" | "store">) {}
  get location(): string {
    return this.#sink?.location ?? "runs/";
  }
  get bytesWritten(): number {
    return this.#sink?.bytesWritten ?? 0;
  }
  async open(...args: Parameters<Sink["open"]>): Promise<void> {
    const url = await numberedRun("runs", args[0].name, new Date(args[0].createdAt));
    this.#sink = zarrSink({ url, ...this.options });
    await this.#sink.open(...args);
  }
  write(...args: Parameters<Sink["write"]>): void | Promise<void> {
    return this.#sink!.write(...args);
  }
  sample(...args: Parameters<NonNullable<Sink["sample"]>>): void | Promise<void> {
    return this.#sink!.sample!(...args);
  }
  log(...args: Parameters<Sink["log"]>): void | Promise<void> {
    return this.#sink!.log(...args);
  }
  close(...args: Parameters<Sink["close"]>): void | Promise<void> {
    return this.#sink!.close(...args);
  }
}
