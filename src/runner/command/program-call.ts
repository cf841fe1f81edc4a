import type { QuestionItem } from "../../model/question.ts";
import type { RunBrief } from "../executor.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { NetworkAccess } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** What was said about the task since the program was first given it. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
}

/** The work that was turned down last, and why. */
export interface Revision {
  readonly reason: string | null;
  readonly text: string;
}

/** Everything a program is told. */
export interface ProgramBrief {
  readonly task: RunBrief["task"];
  readonly exchanges: readonly Exchange[];
  readonly revision: Revision | null;
}

/** What a program came to; stored with its step. */
export type ProgramOutcome =
  | { readonly end: "done"; readonly text: string }
  | { readonly end: "asks"; readonly text: string; readonly items: readonly QuestionItem[] | null }
  | { readonly end: "failed"; readonly reason: string };

export interface ProgramCall {
  readonly sandbox: Sandbox;
  readonly limits: Partial<Limits>;
  /** None unless the agent's settings name hosts. */
  readonly network: { readonly network?: NetworkAccess };
  readonly argv: readonly string[];
  readonly folder: string;
  readonly brief: ProgramBrief;
  readonly signal: AbortSignal;
}
