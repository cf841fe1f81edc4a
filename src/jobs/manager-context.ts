import type { BaseLogger } from "pino";
import type { ManagerAdvice } from "../manager/advice.ts";
import type { ManagerSettings } from "../manager/rules.ts";
import type { JobContext } from "./context.ts";

/** What the manager of projects needs of the house. */
export interface ManagerJobContext extends JobContext {
  readonly manager: {
    readonly settings: ManagerSettings;
    /** What a model has to say; null: no model is configured. */
    readonly advice: ManagerAdvice | null;
  };
  readonly log: BaseLogger;
}

/** Like `Job`, for the manager. */
export type ManagerJob = (context: ManagerJobContext) => Promise<number>;
