import type { ClientBase } from "pg";
import type { AgentTally, BookChanges } from "../../market/book-records.ts";
import type { TaskEvent } from "../../model/events.ts";
import type { JobRequest } from "../../model/jobs.ts";
import type { Statement } from "../table.ts";
import { insertAgentWebhooks } from "../webhook-endpoints.ts";
import {
  addBoardCounts,
  approvalDecisions,
  cashRequests,
  disputes,
  evaluations,
  partyApprovals,
  proposalStandings,
  proposals,
} from "./competing-tables.ts";
import { runSteps, runs } from "./run-tables.ts";
import {
  agents,
  allowances,
  apiKeys,
  assignments,
  grantAllotments,
  insertPeople,
  memberships,
  parties,
  questions,
  reviews,
  spendings,
  submissions,
  taskEvents,
  taskProgress,
  tasks,
  transfers,
  wallets,
} from "./tables.ts";
import { dependencies, insertDependencies, invitations, messages, subtaskBriefs } from "./team-tables.ts";

/** Streams and workers on every node listen here; the payload names tasks whose history grew. */
export const eventsChannel = "guildhall_events";

/** PostgreSQL refuses payloads of 8,000 bytes; past this many ids the listener is told to look for itself. */
const maxNotifiedTasks = 150;

const addTallies = {
  name: "add_tallies",
  text: `update agents a set completed_count = a.completed_count + r.completed,
      rating_sum = a.rating_sum + r.rating_sum, rating_count = a.rating_count + r.rating_count,
      rejected_count = a.rejected_count + r.rejected, deadlines_met = a.deadlines_met + r.met,
      deadlines_missed = a.deadlines_missed + r.missed
    from (select "agentId", sum("completed") as completed, sum("ratingSum") as rating_sum, sum("ratingCount") as rating_count,
            sum("rejected") as rejected, sum("deadlinesMet") as met, sum("deadlinesMissed") as missed
          from json_to_recordset($1) as r("agentId" uuid, "completed" bigint, "ratingSum" bigint, "ratingCount" bigint,
            "rejected" bigint, "deadlinesMet" bigint, "deadlinesMissed" bigint)
          group by 1 order by 1) r
    where a.id = r."agentId"`,
};
const addJobs = {
  name: "add_jobs",
  text: `select 1 from graphile_worker.add_jobs(array(
      select row(r."name", '{}'::json, null, r."runAt", null, r."key", null, null)::graphile_worker.job_spec
      from json_to_recordset($1) as r("name" text, "runAt" timestamptz, "key" text)))`,
};
/** Nothing is written where nobody has a webhook. */
const addFanOut = {
  name: "add_fan_out",
  text: `select graphile_worker.add_job('fan-out-webhooks', $1::json)
    where exists (select from webhook_endpoints where disabled_at is null)`,
};
const notifyEvents = { name: "notify_events", text: "select pg_notify($1, $2)" };

/**
 * Queues the statements that write a batch's changes; every table at most two, whatever the number of commands. Must be
 * called inside a transaction on a pipelined connection. The caller awaits them together with COMMIT.
 */
export function saveBook(client: ClientBase, changes: BookChanges): Promise<unknown>[] {
  const sent: Promise<unknown>[] = [];
  const write = <Row>(statement: Statement<Row>, rows: readonly Row[]): void => {
    if (rows.length === 0) return;
    sent.push(client.query({ name: statement.name, text: statement.text, values: statement.values(rows) }));
  };
  write(parties.insert, changes.parties);
  write({ ...partyApprovals.update, name: "update_party_approvals" }, changes.changedParties);
  write(agents.insert, changes.agents);
  write(
    insertAgentWebhooks,
    changes.agents.filter(({ webhookUrl }) => webhookUrl !== null),
  );
  write(insertPeople, changes.people);
  write(memberships.insert, changes.memberships);
  write(apiKeys.insert, changes.keys);
  write(approvalDecisions.insert, changes.approvalDecisions);
  write(cashRequests.insert, changes.newCashRequests);
  write(cashRequests.update, changes.changedCashRequests);
  write(grantAllotments.insert, changes.newAllotments);
  write(grantAllotments.update, changes.changedAllotments);
  write(spendings.insert, changes.newSpendings);
  write(spendings.update, changes.changedSpendings);
  write(allowances.insert, changes.newAllowances);
  write(allowances.update, changes.changedAllowances);
  write(wallets.insert, changes.newWallets);
  write(wallets.update, changes.changedWallets);
  write(tasks.insert, changes.newTasks);
  write({ ...taskProgress.update, name: "update_task_progress" }, changes.changedTasks);
  write(proposals.insert, changes.newProposals);
  write({ ...proposalStandings.update, name: "update_proposal_standings" }, changes.changedProposals);
  write({ ...subtaskBriefs.update, name: "update_subtask_briefs" }, changes.editedTasks);
  write(insertDependencies, changes.newDependencies);
  write(dependencies.update, changes.changedDependencies);
  write(invitations.update, changes.changedInvitations);
  write(invitations.insert, changes.newInvitations);
  write(messages.insert, changes.messages);
  write(runs.insert, changes.newRuns);
  write(runs.update, changes.changedRuns);
  write(runSteps.insert, changes.runSteps);
  write(assignments.insert, changes.newAssignments);
  write(assignments.update, changes.changedAssignments);
  write(submissions.insert, changes.submissions);
  write(evaluations.insert, changes.newEvaluations);
  write(evaluations.update, changes.changedEvaluations);
  write(disputes.insert, changes.newDisputes);
  write(disputes.update, changes.changedDisputes);
  write(reviews.insert, changes.reviews);
  write(questions.insert, changes.newQuestions);
  write(questions.update, changes.changedQuestions);
  write(transfers.insert, changes.transfers);
  write(taskEvents.insert, changes.events);
  write(addBoardCounts, changes.boardCounts);
  writeTallies(client, changes.tallies, sent);
  writeJobs(client, changes.jobs, sent);
  writeFanOut(client, changes.events, sent);
  if (changes.events.length > 0) {
    const touched = [...new Set(changes.events.map((event) => event.taskId))];
    const payload = JSON.stringify(touched.length > maxNotifiedTasks ? {} : { tasks: touched });
    sent.push(client.query({ ...notifyEvents, values: [eventsChannel, payload] }));
  }
  return sent;
}

function writeTallies(client: ClientBase, tallies: readonly AgentTally[], sent: Promise<unknown>[]): void {
  if (tallies.length === 0) return;
  sent.push(client.query({ ...addTallies, values: [JSON.stringify(tallies)] }));
}

function writeJobs(client: ClientBase, jobs: readonly JobRequest[], sent: Promise<unknown>[]): void {
  if (jobs.length === 0) return;
  const unique = new Map<string, JobRequest>();
  for (const job of jobs) unique.set(job.key ?? `#${unique.size}`, job);
  // Sorted, so that two servers lock the rows of shared keys in the same order.
  const sorted = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => job);
  sent.push(client.query({ ...addJobs, values: [JSON.stringify(sorted)] }));
}

/** One job for the whole batch, in its transaction: no event that somebody is to be told of can be lost. */
function writeFanOut(client: ClientBase, events: readonly TaskEvent[], sent: Promise<unknown>[]): void {
  if (events.length === 0) return;
  const places = events.map(({ taskId, number }) => [taskId, number]);
  sent.push(client.query({ ...addFanOut, values: [JSON.stringify({ events: places })] }));
}
