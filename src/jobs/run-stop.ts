import { RunStopped } from "../runner/executor.ts";

/**
 * Why this node stops with a run. `laid_aside`: it waits for the poster. `taken_away`: another node has it, or may have.
 * `ended`: its engagement or the run itself is over. `limit`: it has used up what it may, and fails. `closing`: the
 * server closes.
 */
export type StopCause = "laid_aside" | "taken_away" | "ended" | "limit" | "closing";

export class RunStop extends RunStopped {
  readonly why: StopCause;

  constructor(cause: StopCause, message: string) {
    super(message);
    this.why = cause;
  }
}
