import { releasePayment } from "../market/release-payment.ts";
import { findDuePayments } from "../store/deadlines.ts";
import type { Job } from "./context.ts";
import { sweep } from "./sweep.ts";

/** Pays for approved work once the time to dispute it is over. */
export const releasePayments: Job = ({ engine, reads, clock }) =>
  sweep(
    (limit) => findDuePayments(reads, clock(), limit),
    (due) => engine.execute(releasePayment, due),
  );
