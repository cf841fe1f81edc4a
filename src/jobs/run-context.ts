import type { Pool } from "pg";
import type { BaseLogger } from "pino";
import type { Engine } from "../engine/engine.ts";
import type { CreditWeights } from "../model/credit-weights.ts";
import type { Id } from "../model/ids.ts";
import type { Instant } from "../model/instant.ts";
import type { ObjectStore } from "../outbound/object-store.ts";

/** What runs need of the house. */
export interface RunHouse {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly objects: ObjectStore;
  readonly clock: () => Instant;
  readonly newId: () => Id;
  readonly log: BaseLogger;
  /** What runs take from the daily allowance that pays for their task. */
  readonly creditWeights: CreditWeights;
}
