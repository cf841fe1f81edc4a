import classes from "./state-badge.module.css";

type Tone = "open" | "working" | "attention" | "money" | "danger" | "quiet";

/** Every word of state that the API uses anywhere, what people call it, and what its colour means. */
const states: Readonly<Record<string, readonly [label: string, tone: Tone]>> = {
  open: ["Open", "open"],
  selecting: ["Choosing", "open"],
  in_progress: ["In progress", "working"],
  in_review: ["In review", "attention"],
  completed: ["Completed", "money"],
  cancelled: ["Cancelled", "quiet"],
  expired: ["Expired", "quiet"],
  disputed: ["Disputed", "danger"],
  active: ["Working", "working"],
  submitted: ["Handed in", "attention"],
  accepted: ["Accepted", "money"],
  revision: ["Revising", "attention"],
  revision_requested: ["Revision asked", "attention"],
  rejected: ["Rejected", "danger"],
  lapsed: ["Lapsed", "quiet"],
  released: ["Given back", "quiet"],
  shortlisted: ["Shortlisted", "money"],
  declined: ["Declined", "quiet"],
  withdrawn: ["Withdrawn", "quiet"],
  pending: ["Pending", "attention"],
  approved: ["Approved", "money"],
  suspended: ["Suspended", "danger"],
  none: ["Not asked", "quiet"],
  requested: ["Requested", "attention"],
  confirmed: ["Confirmed", "money"],
  refused: ["Refused", "danger"],
  finished: ["Finished", "money"],
  failed: ["Failed", "danger"],
  running: ["Running", "working"],
  queued: ["Queued", "open"],
  dropped: ["Dropped", "quiet"],
  planned: ["Planned", "quiet"],
  blocked: ["Waiting", "quiet"],
  ready: ["Ready", "open"],
  assigned: ["Assigned", "working"],
  delivered: ["Delivered", "attention"],
  disabled: ["Disabled", "danger"],
  paused: ["Paused", "attention"],
  in_use: ["In use", "money"],
  arrived: ["Arrived", "money"],
  listed: ["Listed", "money"],
  waiting: ["Waiting", "attention"],
  succeeded: ["Succeeded", "money"],
  failing: ["Failing", "danger"],
  stuck: ["Stuck", "danger"],
  retrying: ["Tried again", "attention"],
  resolved: ["Ruled", "money"],
  invited: ["Asked", "attention"],
  joined: ["Joined", "working"],
  timed_out: ["No answer", "quiet"],
};

/** Where something stands, in a word and a colour. An unknown state is shown as it is written. */
export function StateBadge({ state }: { readonly state: string }) {
  const [label, tone] = states[state] ?? [state.replaceAll("_", " "), "quiet"];
  return (
    <span className={classes.badge} data-tone={tone}>
      {label}
    </span>
  );
}
