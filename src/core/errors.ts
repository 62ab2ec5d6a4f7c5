/** What is wrong with one key of a plan, an option or a command: where, what came, what is allowed. */
export interface Issue {
  /** Where it stands, as in `plan.plans[1].stop` or `read[0]`. */
  readonly path: string;
  /** One sentence that says what is wrong and what would be right. */
  readonly message: string;
  /** What was received. */
  readonly received?: unknown;
  /** What would have been accepted, in words. */
  readonly allowed?: string;
  /** Errors forbid the run, warnings do not. */
  readonly severity: "error" | "warning";
}

/** The base of every error that Sonde throws on purpose. `exitCode` is what the command line ends with. */
export class SondeError extends Error {
  /** `SondeError`, for logs and for `switch`. */
  override name = "SondeError";
  /** 1 for a run that failed, 2 for bad input, 130 for an interrupt. */
  readonly exitCode: number = 1;
}

/**
 * Bad input: a plan, an option or an argument. It carries every issue found, not only the first.
 *
 * @example
 * ```ts
 * import { InputError, parsePlan } from "sonde";
 * try {
 *   parsePlan({ kind: "linspace", axis: "x", start: "0", stop: 1, num: 0 });
 * } catch (error) {
 *   const paths = error instanceof InputError ? error.issues.map((issue) => issue.path) : [];
 *   console.assert(paths.join() === "plan.start,plan.num");
 * }
 * ```
 */
export class InputError extends SondeError {
  /** `InputError`, for logs and for `switch`. */
  override name = "InputError";
  /** 2: nothing was done, the input is to be mended. */
  override readonly exitCode = 2;
  /** All that is wrong, errors first. */
  readonly issues: readonly Issue[];

  /** Makes one error of all that was found. */
  constructor(issues: readonly Issue[]) {
    const errors = issues.filter((issue) => issue.severity === "error");
    super(errors.map((issue) => (issue.path ? `${issue.path}: ` : "") + issue.message).join("\n"));
    this.issues = issues;
  }

  /** One issue, thrown where it is found. */
  static at(path: string, message: string, received?: unknown, allowed?: string): InputError {
    return new InputError([{ path, message, received, allowed, severity: "error" }]);
  }
}

/** A setpoint that an axis does not allow; raised before anything goes over the wire. */
export class LimitError extends SondeError {
  /** `LimitError`, for logs and for `switch`. */
  override name = "LimitError";
  /** 2: nothing was done, the input is to be mended. */
  override readonly exitCode = 2;
  /** Names the axis, the setpoint asked for, and the setpoints allowed. */
  constructor(readonly axis: string, readonly received: unknown, readonly allowed: string) {
    super(`${axis}: setpoint ${show(received)} is not allowed; allowed: ${allowed}`);
  }
}

/** A device that did not do what it was asked. */
export class DeviceError extends SondeError {
  /** `DeviceError`, for logs and for `switch`. */
  override name = "DeviceError";
  /** `device` is its name in the rig, `action` what was asked of it (`set`, `read`, `trigger`, …). */
  constructor(readonly device: string, readonly action: string, message: string, options?: ErrorOptions) {
    super(`${device}: ${action}: ${message}`, options);
  }
}

/** An axis that did not arrive: it stopped short, timed out, or reports another place than the one asked for. */
export class MoveError extends DeviceError {
  /** `MoveError`, for logs and for `switch`. */
  override name = "MoveError";
  /** `readback` is what the axis reported, when it could say. */
  constructor(
    device: string,
    readonly setpoint: unknown,
    readonly readback: unknown,
    message: string,
    options?: ErrorOptions,
  ) {
    super(device, "move", message, options);
  }
}

/** A run that ended before its plan did, by `abort`, Ctrl-C or a signal. */
export class RunAborted extends SondeError {
  /** `RunAborted`, for logs and for `switch`. */
  override name = "RunAborted";
  /** 130 when Ctrl-C ended it, else 1. */
  override readonly exitCode: number;
  /** `interrupted` is true when Ctrl-C did it. */
  constructor(readonly reason: string, readonly interrupted = false) {
    super(`run aborted: ${reason}`);
    this.exitCode = interrupted ? 130 : 1;
  }
}

/** How a received thing is written in an error: strings quoted, numbers bare, the rest as JSON, cut at 80 characters. */
export function show(received: unknown): string {
  if (typeof received === "string") return `"${received}"`;
  if (received === null || typeof received !== "object") return String(received);
  const text = JSON.stringify(received) ?? String(received);
  return text.length > 80 ? text.slice(0, 77) + "..." : text;
}

/** What a thrown thing says, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
