import { lapseLease } from "../market/lapse-lease.ts";
import { findLapsedLeases } from "../store/deadlines.ts";
import type { Job } from "./context.ts";
import { sweep } from "./sweep.ts";

/** Takes tasks back from workers whose lease has run out. */
export const lapseLeases: Job = ({ engine, reads, clock }) =>
  sweep(
    (limit) => findLapsedLeases(reads, clock(), limit),
    (due) => engine.execute(lapseLease, due),
  );
