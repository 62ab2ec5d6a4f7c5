import type { Compression } from "../codecs.ts";

/** What a Worker is asked to do with one chunk. */
export interface EncodeJob {
  /** Where the chunk lies. */
  readonly memory: SharedArrayBuffer;
  readonly offset: number;
  /** Its length. */
  readonly bytes: number;
  /** Bytes of one element. */
  readonly itemBytes: number;
  /** Where the encoded chunk goes; left out when it is to be sent back. */
  readonly file?: {
    readonly path: string;
    /** The first free byte of the file, shared by all who write to it. */
    readonly tail: BigUint64Array<SharedArrayBuffer>;
  };
}

/** As a Worker gets it: `id` comes back with the answer. */
export interface EncodeRequest extends EncodeJob {
  readonly id: number;
}

/** What a Worker is told when it starts. */
export interface EncodeSetup {
  readonly compression: Compression;
}

/** What became of a chunk. */
export interface EncodedChunk {
  /** Where it stands in the file, when it was to go there. */
  readonly offset: number;
  readonly length: number;
  /** The encoded chunk, when it was to be sent back. */
  readonly encoded?: Uint8Array;
}

/** The answer of a Worker. Errors lose their class and code on the way, so these travel by name. */
export type EncodeReply =
  | { readonly id: number; readonly chunk: EncodedChunk; readonly codecMs: number; readonly writeMs: number }
  | { readonly id: number; readonly failure: EncodeFailure };

/** An error on its way between threads. */
export interface EncodeFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** An error as it can be sent. */
export function failureOf(thrown: unknown): EncodeFailure {
  const error: Error & { code?: string } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { name: error.name, message: error.message, code: error.code };
}

/** The error again, of the class that it had if the runtime has one of that name. */
export function errorOf({ name, message, code }: EncodeFailure): Error {
  const classes = Deno.errors as unknown as Record<string, new (message: string) => Error>;
  const error = name in classes ? new classes[name](message) : new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}
