/** At most one report in this time. */
const intervalMs = 2_000;
/** More of a run than this is noise. */
const maxReports = 500;
const maxReportLength = 4_000;

/**
 * Turns a program's lines into few reports: what is said within two seconds goes out together, the newest of it if it
 * is too much.
 */
export class ProgressLog {
  readonly #report: (content: string) => Promise<void>;
  #waiting = "";
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #reports = 0;

  /** `report` must not reject. */
  constructor(report: (content: string) => Promise<void>) {
    this.#report = report;
  }

  add(line: string): void {
    if (this.#reports >= maxReports) return;
    this.#waiting = (this.#waiting === "" ? line : `${this.#waiting}\n${line}`).slice(-maxReportLength).toWellFormed();
    this.#timer ??= setTimeout(() => this.#send(), Math.max(0, this.#lastSentMs + intervalMs - performance.now()));
  }

  /** Sends what waits and waits until it is sent. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) this.#send();
    await this.#sending;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastSentMs = performance.now();
    this.#reports += 1;
    const content = this.#waiting;
    this.#waiting = "";
    this.#sending = this.#sending.then(() => this.#report(content));
  }
}
