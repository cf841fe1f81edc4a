/** What one run may use. Reaching a limit of time, memory, disk or output ends the run; see `EndedBy`. */
export interface Limits {
  /** From the start of the program to its end. */
  readonly wallMs: number;
  /** Processor time of all its processes together. */
  readonly cpuMs: number;
  /** Of all its processes together. */
  readonly memoryBytes: number;
  /** Processes and threads at a time. One more cannot be started; that alone does not end the run. */
  readonly processes: number;
  /** The whole workspace, what was there before included. No single file can become larger than this. */
  readonly diskBytes: number;
  /** Files and folders in the workspace. */
  readonly files: number;
  /** Standard output and standard error together. */
  readonly outputBytes: number;
  /** The private /tmp, which lives in memory. Writing more fails; that alone does not end the run. */
  readonly temporaryBytes: number;
}

/** Timers know no longer time: nearly 25 days. */
const timerMsMax = 2 ** 31 - 1;
const MiB = 1024 ** 2;

const defaultLimits: Limits = {
  wallMs: 10 * 60_000,
  cpuMs: 10 * 60_000,
  memoryBytes: 1024 * MiB,
  processes: 256,
  diskBytes: 1024 * MiB,
  files: 200_000,
  outputBytes: 10 * MiB,
  temporaryBytes: 256 * MiB,
};

/** What ended a run: the program itself, one of its limits, or whoever started it. */
export type EndedBy = "exit" | "time" | "cpu" | "memory" | "disk" | "output" | "stopped";

/** What a run cost. With watched memory and processor time (no cgroups) these are the last figures seen. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryPeakBytes: number;
}

/** Fills in what was left out. Throws `RangeError` for what cannot be a limit. */
export function completeLimits(wanted: Partial<Limits> | undefined): Limits {
  const limits = { ...defaultLimits, ...wanted };
  for (const [name, value] of Object.entries(limits)) {
    const max = name === "wallMs" ? timerMsMax : Number.MAX_SAFE_INTEGER;
    if (!Number.isSafeInteger(value) || value < 1 || value > max)
      throw new RangeError(`The limit ${name} must be a whole number from 1 to ${max}.`);
  }
  return limits;
}
