import { lapseInvitation } from "../market/lapse-invitation.ts";
import { findLapsedInvitations } from "../store/deadlines.ts";
import type { Job } from "./context.ts";
import { sweep } from "./sweep.ts";

/** Takes invitations back that were not answered in time; the manager asks the next agent. */
export const lapseInvitations: Job = ({ engine, reads, clock }) =>
  sweep(
    (limit) => findLapsedInvitations(reads, clock(), limit),
    (due) => engine.execute(lapseInvitation, due),
  );
