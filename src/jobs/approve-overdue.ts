import { approveSubmission } from "../market/approve-submission.ts";
import { findOverdueReviews } from "../store/deadlines.ts";
import type { Job } from "./context.ts";
import { sweep } from "./sweep.ts";

/** Approves submissions that their poster has not reviewed in time. */
export const approveOverdue: Job = ({ engine, reads, clock }) =>
  sweep(
    (limit) => findOverdueReviews(reads, clock(), limit),
    ({ taskId }) => engine.execute(approveSubmission, { taskId, reviewerId: null }),
  );
