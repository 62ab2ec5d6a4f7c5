import { type Clock, systemClock } from "../core/clock.ts";
import { SondeError } from "../core/errors.ts";
import type { Point } from "../core/point.ts";
import type { LogEntry, Outcome, RunHeader } from "../core/sink.ts";
import type { Attributes } from "./array_spec.ts";
import { Backlog } from "./backlog.ts";
import { chunkCodec } from "./codecs.ts";
import { frameWorkers } from "./frames/frame_workers.ts";
import type { WorkerRoute } from "./frames/worker_route.ts";
import { firstGap, groupPlaces } from "./first_gap.ts";
import { groupOfPass } from "./group_of_pass.ts";
import { GroupWriter } from "./group_writer.ts";
import { Journal, RunLock } from "./journal.ts";
import { decodeRecord } from "./journal_record.ts";
import { KeptPoints } from "./kept_points.ts";
import { LogWriter } from "./log_writer.ts";
import type { Node } from "./metadata.ts";
import { foldNotes } from "./fold_notes.ts";
import { noteIds, NoteSpool, type SpooledNote } from "./note_spool.ts";
import { openRun } from "./open_run.ts";
import { parseNode } from "./parse_node.ts";
import { Pipeline } from "./pipeline.ts";
import { refuseClashes } from "./refuse_clashes.ts";
import { refuseOtherCut } from "./refuse_other_cut.ts";
import { refuseRedefined } from "./refuse_redefined.ts";
import { removeBehind } from "./remove_behind.ts";
import { runAttributes, RunMetadata } from "./run_metadata.ts";
import type { StageMs } from "./stage_times.ts";
import { FsStore } from "./stores/fs.ts";
import type { Store } from "./stores/store.ts";
import type { ResumedSink, ZarrSink, ZarrSinkOptions } from "./zarr_sink_options.ts";

/** What is waiting is published this often. */
const PUBLISH_EVERY_MS = 1000;
const QUEUE_BYTES = 256e6;
/** Waiting longer than this in all is worth a line in the log. */
const LONG_WAIT_MS = 5000;

/** What writes a run into a store, be it new or taken up again. */
export class StoreSink implements ResumedSink, ZarrSink {
  readonly #store: Store;
  readonly #options: ZarrSinkOptions;
  readonly #clock: Clock;
  readonly #pipeline: Pipeline;
  /** The way of large frames into a folder. */
  readonly #frames: WorkerRoute | undefined;
  /** Where other processes leave notes for this run. */
  readonly #notes: NoteSpool | undefined;
  #noted: Set<string> = new Set();
  readonly #metadata: RunMetadata;
  readonly #log: LogWriter;
  readonly #groups: GroupWriter[] = [];
  readonly #groupOf = new Map<string, GroupWriter>();
  readonly #onError = (error: unknown) => {
    this.#failure ??= error;
  };
  #header: RunHeader | undefined;
  #attributes: Attributes = {};
  #group: GroupWriter | undefined;
  #pass: string | undefined;
  #failure: unknown;
  #cancelTimer: (() => void) | undefined;
  #publishing: Promise<void> = Promise.resolve();
  #closed = false;
  #saidWaiting = false;
  #lock: RunLock | undefined;
  #journal: Journal | undefined;
  #backlog: Backlog | undefined;
  /** Attributes and nodes of a run that is taken up. */
  #found: { readonly attributes: Attributes; readonly nodes: ReadonlyMap<string, Node> } | undefined;
  #upTo: number | undefined;
  /** Takes up the groups of a run that is cut: when it is opened, because until then it may be cut shorter. */
  #restoreGroups: (() => Promise<void>) | undefined;
  #most: Readonly<Record<string, number>> = {};
  /** Points that were measured and handed in; of a run whose points are only filled up, the engine's count is taken. */
  #measured: number | undefined = 0;
  /** One more than the largest number of a point, as far as it is known. */
  #next = 0;

  /** Nothing is read or written yet. `lock` is that of the run, where it is taken already. */
  constructor(store: Store, options: ZarrSinkOptions, lock?: RunLock) {
    this.#store = store;
    this.#lock = lock;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const codec = chunkCodec(options.compression ?? "zstd");
    this.#pipeline = new Pipeline(store, codec, options.queueBytes ?? QUEUE_BYTES, this.#clock);
    if (store instanceof FsStore) {
      const { times } = this.#pipeline, nowMs = () => this.#clock.nowMs();
      this.#frames = frameWorkers(store, options, { times, nowMs, onError: this.#onError });
      this.#notes = new NoteSpool(store.location);
    }
    this.#metadata = new RunMetadata(this.#pipeline);
    this.#log = new LogWriter(this.#pipeline, this.#onError);
  }

  get location(): string {
    return this.#store.location;
  }

  get bytesWritten(): number {
    return this.#pipeline.bytesWritten + (this.#frames?.bytesWritten ?? 0);
  }

  get stageMs(): StageMs {
    return this.#pipeline.times.snapshot;
  }

  get upTo(): number | undefined {
    return this.#upTo;
  }

  keepPoints(counts: Readonly<Record<string, number>>): void {
    this.#most = counts;
  }

  async open(header: RunHeader): Promise<void> {
    if (this.#found) return await this.#orRelease(this.#goOn(header, this.#found.attributes));
    this.#makeGroups(header);
    this.#attributes = { ...runAttributes(header), ...this.#options.attributes };
    await this.#store.claim(RunMetadata.first(this.#attributes));
    this.#frames?.start();
    await this.#orRelease(this.#begin(header));
  }

  async #begin(header: RunHeader): Promise<void> {
    if (this.#store instanceof FsStore) this.#lock = await RunLock.take(this.#store.location);
    this.#header = header;
    this.#startJournal(header.experimentId);
    // One of a run that was here before, and was deleted without it.
    await this.#journal?.remove();
    await this.#notes?.remove();
    await Promise.all(this.#groups.map((group) => group.create()));
    await this.#metadata.update(this.#attributes, this.#nodes());
  }

  /** A sink that could not be opened is not closed: it lets go of the run at once. */
  #orRelease(opening: Promise<void>): Promise<void> {
    return opening.catch(async (thrown) => {
      await this.release();
      throw thrown;
    });
  }

  /** Says in the store that the run is running again. */
  async #goOn(header: RunHeader, attributes: Attributes): Promise<void> {
    await this.#store.removeUnfinished?.();
    await this.#restoreGroups?.();
    this.#header = header;
    this.#startJournal(String(attributes.experiment_id));
    this.#attributes = {
      ...attributes,
      ended_at: null,
      exit_status: "running",
      exit_reason: "",
      actual: null,
      resumed_at: [...(attributes.resumed_at ?? []) as string[], header.createdAt],
    };
    if (this.#upTo !== undefined) await this.#giveUp(this.#upTo, Date.parse(header.createdAt));
    await Promise.all(this.#groups.map((group) => group.create(this.#found?.nodes)));
    await this.#metadata.update(this.#attributes, this.#nodes(), { shrinks: this.#upTo !== undefined });
    await removeBehind(this.#store, this.#groups);
  }

  /** Says in the store that points from number `upTo` on are not there, so that no later life takes them for its own. */
  async #giveUp(upTo: number, timestampMs: number): Promise<void> {
    await Promise.all(this.#groups.map((group) => group.giveUp()));
    const text = `taken up after ${upTo} points`;
    this.#log.put({ kind: "transition", timestampMs, seqNum: upTo, text, data: { upTo } });
    await this.#log.publish();
  }

  /** Takes up what is stored. Nothing is written. */
  async restore(
    header: RunHeader,
    again: (quality: number) => boolean,
    { kept = new KeptPoints(), cut = false }: { readonly kept?: KeptPoints; readonly cut?: boolean } = {},
  ): Promise<void> {
    const run = await openRun(this.#store), root = parseNode((await this.#store.get("/zarr.json"))!);
    const { metadata } = root.consolidated_metadata as { metadata: Record<string, Node> };
    this.#found = { attributes: root.attributes as Attributes, nodes: new Map(Object.entries(metadata)) };
    this.#attributes = this.#found.attributes;
    this.#pipeline.found(this.#found.nodes);
    this.#makeGroups(header);
    refuseOtherCut(this.location, this.#found.nodes, this.#nodes());
    await this.#log.restore(run);
    this.#noted = await noteIds(run);
    if (cut) {
      const own = header.layout.groups.filter(({ stream }) => !stream);
      const places = await Promise.all(own.map((group) => groupPlaces(run, group)));
      const upTo = this.#upTo = this.#measured = firstGap(places);
      this.#restoreGroups = async () => {
        for (const group of this.#groups) {
          const cutAt = group.stream ? {} : { upTo, most: this.#most[group.path] };
          await group.restore(run, { again: (_, code) => again(code), ...cutAt });
        }
      };
      return;
    }
    this.#measured = undefined;
    for (const group of this.#groups) {
      const newer = group.grows ? () => false : await kept.newerThan(run, group.path);
      await group.restore(run, { again: (place, quality) => newer(place) || again(quality) });
    }
  }

  /** Takes up what is stored, then what the journal beside it keeps. Says whether there was anything. */
  async fold(header: RunHeader): Promise<boolean> {
    if (!(this.#store instanceof FsStore)) return false;
    const { location } = this.#store, kept = await KeptPoints.read(location);
    if (!kept.points) return false;
    await this.restore(header, () => false, { kept });
    const groups = new Map(this.#groups.map((group) => [group.path, group]));
    for await (const bytes of Journal.read(location)) {
      const record = decodeRecord(bytes);
      if (record.experimentId !== this.#attributes.experiment_id) continue;
      if (groups.get(record.group)?.fold(record)) await (this.#pipeline.pressure ?? this.#frames?.pressure);
    }
    return true;
  }

  /** Publishes what was folded in; then the journal is not needed any more. */
  async settle(): Promise<void> {
    await this.#publishData(true);
    await this.#metadata.update({ ...this.#attributes }, this.#nodes());
    await this.#frames?.close();
    await new Journal(this.#store.location, { sync: false }).remove();
  }

  async release(): Promise<void> {
    await this.#frames?.close();
    await this.#lock?.[Symbol.asyncDispose]();
  }

  #makeGroups(header: RunHeader): void {
    const { channels, axes } = header, { readBy } = this.#options;
    const context = { channels, axes, readBy, pipeline: this.#pipeline, frames: this.#frames, onError: this.#onError };
    for (const group of header.layout.groups) this.#groups.push(new GroupWriter(group, context));
    refuseClashes(this.#groups.flatMap((group) => [...group.nodes().keys()]));
    refuseRedefined(this.#groups.map(({ spec }) => spec));
  }

  #startJournal(experimentId: string): void {
    if (!(this.#store instanceof FsStore)) return;
    const sync = (this.#options.durability ?? "second") === "second";
    this.#journal = new Journal(this.#store.location, { sync });
    this.#backlog = new Backlog(this.#journal, experimentId);
  }

  write(point: Point): Promise<void> | undefined {
    this.#throwFailure();
    if (point.pass !== this.#pass || this.#group === undefined) {
      this.#group = this.#groupFor(point.pass);
      this.#pass = point.pass;
    }
    if (this.#measured !== undefined && point.seqNum >= 0) this.#measured++;
    this.#next = Math.max(this.#next, point.seqNum + 1);
    return this.#put(this.#group, point);
  }

  sample(point: Point): Promise<void> | undefined {
    this.#throwFailure();
    return this.#put(groupOfPass(this.#groups, point.pass, true, this.location), point);
  }

  #put(group: GroupWriter, point: Point): Promise<void> | undefined {
    if (group.put(point) && this.#backlog && group.hasFrames) this.#backlog.keep(group, group.points - 1, point);
    if (this.#cancelTimer === undefined) this.#arm();
    const room = this.#pipeline.pressure ?? this.#frames?.pressure;
    return room && this.#waitFor(room, point);
  }

  log(entry: LogEntry): void {
    this.#throwFailure();
    this.#next = Math.max(this.#next, entry.seqNum);
    this.#log.put(entry);
    if (this.#cancelTimer === undefined) this.#arm();
  }

  /** Tries to save everything even after a failure: the disk may have room again. Does nothing where `open` failed. */
  async close(outcome: Outcome): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    if (!this.#header) return;
    await this.#publishing;
    this.#failure = undefined;
    const failures: unknown[] = [];
    const attempt = (work: Promise<unknown>) => work.catch((error) => void failures.push(error));
    await attempt(this.#publishData(true));
    // Also makes room on a full disk, so that what is left can be said.
    await attempt(this.#frames?.close() ?? Promise.resolve());
    if (this.#frames && failures.length) await this.#publishData(true).catch(() => {});
    await attempt(this.#metadata.update(this.#lastAttributes(this.#header, outcome), this.#nodes()));
    // What cannot be published stands in the journal, where there is room for it, for `resume`.
    if (!failures.length) await attempt(this.#journal?.remove() ?? Promise.resolve());
    else if (this.#backlog?.waiting) await attempt(this.#backlog.flush());
    this.#journal?.close();
    await this.release();
    // Whoever had a note in the meantime has found the run locked.
    await attempt(foldNotes(this.#store));
    if (failures.length) throw failures[0];
  }

  /** What was measured and not kept is not among the points of the store. */
  #lastAttributes(header: RunHeader, outcome: Outcome): Attributes {
    const end = runAttributes(header, { ...outcome, points: this.#measured ?? outcome.points }),
      { ended_at, exit_status, exit_reason, actual } = end;
    return { ...this.#attributes, ended_at, exit_status, exit_reason, actual };
  }

  /** The point is safe, so that a run that may not wait loses nothing when it fails here. */
  #waitFor(room: Promise<void>, { seqNum }: Point): Promise<void> {
    if (this.#options.whenFull === "fail") {
      throw new SondeError(
        `frames come faster than ${this.location} can take them, and the run may not wait: ` +
          'measure slower, give it more queueBytes, compress less, or let it wait (whenFull: "wait")',
      );
    }
    const { times } = this.#pipeline;
    return times.measure("wait", () => room).then(() => {
      this.#throwFailure();
      if (times.wait < LONG_WAIT_MS || this.#saidWaiting) return;
      this.#saidWaiting = true;
      const text = `the scan has waited ${Math.round(times.wait / 1000)} s for the disk so far`;
      this.log({ kind: "warning", timestampMs: this.#clock.nowMs(), seqNum, text, data: { ...this.stageMs } });
    });
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #groupFor(pass: string): GroupWriter {
    const known = this.#groupOf.get(pass);
    if (known) return known;
    const group = groupOfPass(this.#groups, pass, false, this.location);
    this.#groupOf.set(pass, group);
    return group;
  }

  /** The timer stands only while something waits, so an idle run keeps no process alive. */
  #arm(): void {
    if (this.#closed) return;
    this.#cancelTimer = this.#clock.timer(PUBLISH_EVERY_MS, () => {
      this.#publishing = this.#publish().catch(this.#onError);
    });
  }

  async #publish(): Promise<void> {
    try {
      await this.#publishData(false);
      await this.#metadata.update(this.#attributes, this.#nodes());
      await this.#backlog?.flush(() => this.#publishLog(this.#nodes()));
    } finally {
      this.#cancelTimer = undefined;
    }
    if (this.#log.waiting || this.#groups.some((group) => group.waiting)) this.#arm();
  }

  async #publishData(last: boolean): Promise<void> {
    const nodes = this.#nodes(), nowMs = this.#clock.nowMs();
    await this.#metadata.announce(nodes);
    await this.#notes?.drain((notes) => this.#takeNotes(notes, nodes));
    let logging = this.#publishLog(nodes);
    const beforeStatus = () => logging = logging.then(() => this.#publishLog(nodes));
    await Promise.all([
      logging,
      ...this.#groups.map((group) => {
        const frames = this.#backlog?.overdue(group) ?? false;
        return group.publish({ nowMs, last, frames, beforeStatus });
      }),
    ]);
  }

  /**
   * What a path was sent before a point is on disk before the point is: the entries of the log, and that they are there.
   * `nodes` are those of the other arrays, as true as what is on disk.
   */
  async #publishLog(nodes: ReadonlyMap<string, Node>): Promise<void> {
    if (!this.#log.waiting) return;
    await this.#log.publish();
    await this.#metadata.update(this.#attributes, new Map([...nodes, ...this.#log.nodes()]));
  }

  /** Stores what people have noted elsewhere, each note once. */
  async #takeNotes(notes: readonly SpooledNote[], nodes: ReadonlyMap<string, Node>): Promise<void> {
    for (const note of notes) {
      const { note_id: id } = note.data;
      if (!this.#noted.has(id)) this.#log.put({ ...note, seqNum: this.#next });
      this.#noted.add(id);
    }
    await this.#publishLog(nodes);
  }

  #nodes(): Map<string, Node> {
    const ours = [...this.#groups.flatMap((group) => [...group.nodes()]), ...this.#log.nodes()];
    // What was added to a run after it had ended, as its peaks, stays in it.
    return new Map([...this.#found?.nodes ?? [], ...ours]);
  }
}
