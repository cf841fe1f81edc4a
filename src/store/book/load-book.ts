import type { ClientBase, QueryResult } from "pg";
import type { BookContents } from "../../market/book-records.ts";
import type { Loads } from "../../market/command.ts";
import type { Assignment, Submission } from "../../model/assignment.ts";
import type { CashRequest } from "../../model/cash-request.ts";
import type { Dispute } from "../../model/dispute.ts";
import type { Evaluation } from "../../model/evaluation.ts";
import type { Id } from "../../model/ids.ts";
import type { AllowanceUse, FileOwner, GrantAllotment, Party } from "../../model/party.ts";
import type { ProposalStanding } from "../../model/proposal.ts";
import type { Question } from "../../model/question.ts";
import type { Run } from "../../model/run.ts";
import type { Spending, SpendingKey } from "../../model/spending.ts";
import type { Task } from "../../model/task.ts";
import type { Dependency, Invitation, Message } from "../../model/team.ts";
import type { Wallet } from "../../model/wallet.ts";
import { cashRequests, disputes, evaluations, proposalStandings } from "./competing-tables.ts";
import { runs } from "./run-tables.ts";
import { allowances, assignments, grantAllotments, parties, questions, spendings, tasks, wallets } from "./tables.ts";
import { dependencies, invitations } from "./team-tables.ts";

/**
 * Locks in one fixed order, so that two servers never wait for each other: tasks (by id, subtasks after all others), then
 * cash requests, runs, owners, allowances, parties, wallets.
 */
const lockTasks = {
  name: "lock_tasks",
  text: `select ${tasks.columns} from tasks
    where id = any($1::uuid[]
      || array(select parent_id from tasks where id = any($1) and parent_id is not null)
      || array(select task_id from subtask_dependencies where depends_on_id = any($2) and not removed))
    order by parent_id is not null, id for update`,
};
/** Projects before their subtasks are known; whatever else is no subtask has its turn now. */
const lockProjects = {
  name: "lock_projects",
  text: `select id from tasks
    where id = any($1::uuid[] || array(select parent_id from tasks where id = any($1) and parent_id is not null))
      and parent_id is null
    order by id for update`,
};
/** Read after the projects are locked: nobody changes a plan without its project's lock. */
const readSubtaskIds = { name: "read_subtask_ids", text: "select id from tasks where parent_id = any($1) order by id" };
const readDependencies = {
  name: "read_dependencies",
  text: `select ${dependencies.columns} from subtask_dependencies
    where not removed and (depends_on_id = any($1) or project_id = any($2))`,
};
const readInvitations = {
  name: "read_current_invitations",
  text: `select ${invitations.columns} from invitations
    where task_id = any($1) and state in ('invited', 'accepted')`,
};
const readCauses = {
  name: "read_message_causes",
  text: `select project_id as "projectId", cause from messages
    where (project_id, cause) in (select * from json_to_recordset($1) as r("projectId" uuid, "cause" text))`,
};
/** Read after the tasks are locked: nobody changes a task's assignments without its lock. */
const readAssignments = {
  name: "read_assignments",
  text: `select ${assignments.columns} from assignments where task_id = any($1) order by id`,
};
const readQuestions = {
  name: "read_open_questions",
  text: `select ${questions.columns} from questions where task_id = any($1) and answered_at is null`,
};
const readSubmissions = {
  name: "read_newest_submissions",
  text: `select s.id, a.id as "assignmentId" from assignments a
    cross join lateral (
      select id from submissions where task_id = a.task_id and assignment_id = a.id order by id desc limit 1) s
    where a.task_id = any($1) and a.state = 'submitted'`,
};
const readProposals = {
  name: "read_proposals",
  text: `select ${proposalStandings.columns} from proposals where task_id = any($1) order by id`,
};
const readDisputes = {
  name: "read_open_disputes",
  text: `select ${disputes.columns} from disputes where task_id = any($1) and ruled_at is null`,
};
const readEvaluations = {
  name: "read_evaluations",
  text: `select ${evaluations.columns} from evaluations where submission_id = any($1)`,
};
const lockRuns = {
  name: "lock_runs",
  text: `select ${runs.columns} from runs
    where task_id = any($1) order by id for update`,
};
const lockCashRequests = {
  name: "lock_cash_requests",
  text: `select ${cashRequests.columns} from cash_requests where id = any($1) order by id for update`,
};
const readFiles = {
  name: "read_file_owners",
  text: `select id, owner_id as "ownerId" from files where id = any($1)`,
};
/** Not locked: two who take one address at once collide on its unique index, and one tries again. */
const readTakenEmails = {
  name: "read_taken_emails",
  text: "select email from users where email = any($1)",
};
const lockAllowances = {
  name: "lock_allowances",
  text: `select ${allowances.columns} from allowances
    where (holder_id, day) in (
      select * from json_to_recordset($1) as r("holderId" text, "day" date))
    order by holder_id, day for update`,
};
/** Only where a standing changes: reading parties locks none. */
const lockParties = {
  name: "lock_parties",
  text: "select from parties where id = any($1) order by id for no key update",
};
const readParties = {
  name: "read_parties",
  text: `select ${parties.columns} from parties
    where id = any($1) or id = any(array(select poster_id from tasks where id = any($2)))
      or id = any(array(
        select worker_id from assignments
        where task_id = any($3) and state in ('active', 'submitted', 'revision', 'accepted')))`,
};
const lockAllotments = {
  name: "lock_allotments",
  text: `select ${grantAllotments.columns} from grant_allotments where owner_email = any($1) order by owner_email for update`,
};
const lockWallets = {
  name: "lock_wallets",
  text: `select ${wallets.columns} from wallets
    where party_id = any($1)
      or party_id = any(array(select poster_id from tasks where id = any($2)))
      or party_id = any(array(
        select worker_id from assignments
        where task_id = any($2) and state in ('active', 'submitted', 'revision', 'accepted')))
    order by party_id, currency for update`,
};

/** Read after the wallets are locked: whoever spends locks the wallet it is spent from. */
const readSpendings = {
  name: "read_spendings",
  text: `select ${spendings.columns} from spendings
    where (subject_id, day, currency) in (
      select * from json_to_recordset($1) as r("subjectId" uuid, "day" date, "currency" text))`,
};

/**
 * Loads and locks everything a batch needs, in one round trip: the statements are sent together and run one after the
 * other. Must be called inside a transaction on a pipelined connection.
 */
export async function loadBook(client: ClientBase, named: Loads): Promise<BookContents> {
  const loads = await withWholeProjects(client, named);
  const taskIds = loads.tasks ?? [];
  const lockedIds = [...new Set([...taskIds, ...(loads.histories ?? [])])];
  const unblocks = loads.unblocks ?? [];
  const projects = loads.projects ?? [];
  const invitationsOf = loads.invitationsOf ?? [];
  const causes = loads.messageCauses ?? [];
  const partyIds = loads.parties ?? [];
  const settled = loads.settles ?? [];
  const ownerEmails = loads.ownerEmails ?? [];
  const fileIds = loads.files ?? [];
  const allowanceKeys = loads.allowances ?? [];
  const spendingKeys = loads.spendings ?? [];
  const emails = loads.emails ?? [];
  const proposalsOf = loads.proposalsOf ?? [];
  const disputesOf = loads.disputesOf ?? [];
  const evaluationsOf = loads.evaluationsOf ?? [];
  const runsOf = loads.runsOf ?? [];
  const cashIds = loads.cashRequests ?? [];
  const approvalsOf = loads.approvalsOf ?? [];
  const [
    taskRows,
    assignmentRows,
    questionRows,
    submissionRows,
    fileRows,
    proposalRows,
    disputeRows,
    evaluationRows,
    cashRows,
    runRows,
    dependencyRows,
    invitationRows,
    causeRows,
    allotmentRows,
    allowanceRows,
    ,
    partyRows,
    walletRows,
    spendingRows,
    emailRows,
  ] = await Promise.all([
    when<Task>(lockedIds.length, () => client.query({ ...lockTasks, values: [lockedIds, unblocks] })),
    when<Assignment>(taskIds.length, () => client.query({ ...readAssignments, values: [taskIds] })),
    when<Question>(taskIds.length, () => client.query({ ...readQuestions, values: [taskIds] })),
    when<Submission>(taskIds.length, () => client.query({ ...readSubmissions, values: [taskIds] })),
    when<FileOwner>(fileIds.length, () => client.query({ ...readFiles, values: [fileIds] })),
    when<ProposalStanding>(proposalsOf.length, () => client.query({ ...readProposals, values: [proposalsOf] })),
    when<Dispute>(disputesOf.length, () => client.query({ ...readDisputes, values: [disputesOf] })),
    when<Evaluation>(evaluationsOf.length, () => client.query({ ...readEvaluations, values: [evaluationsOf] })),
    when<CashRequest>(cashIds.length, () => client.query({ ...lockCashRequests, values: [cashIds] })),
    when<Run>(runsOf.length, () => client.query({ ...lockRuns, values: [runsOf] })),
    when<Dependency>(unblocks.length + projects.length, () =>
      client.query({ ...readDependencies, values: [unblocks, projects] }),
    ),
    when<Invitation>(invitationsOf.length, () => client.query({ ...readInvitations, values: [invitationsOf] })),
    when<Pick<Message, "projectId" | "cause">>(causes.length, () =>
      client.query({ ...readCauses, values: [JSON.stringify(causes)] }),
    ),
    when<GrantAllotment>(ownerEmails.length, () => client.query({ ...lockAllotments, values: [ownerEmails] })),
    when<AllowanceUse>(allowanceKeys.length, () =>
      client.query({ ...lockAllowances, values: [JSON.stringify(allowanceKeys)] }),
    ),
    when(approvalsOf.length, () => client.query({ ...lockParties, values: [approvalsOf] })),
    when<Party>(taskIds.length + partyIds.length, () =>
      client.query({ ...readParties, values: [partyIds, taskIds, settled] }),
    ),
    when<Wallet>(partyIds.length + settled.length, () => client.query({ ...lockWallets, values: [partyIds, settled] })),
    when<Spending>(spendingKeys.length, () =>
      client.query({ ...readSpendings, values: [JSON.stringify(spendingKeys)] }),
    ),
    when<{ email: string }>(emails.length, () => client.query({ ...readTakenEmails, values: [emails] })),
  ]);
  refuseStale(taskRows, dependencyRows);
  return {
    tasks: taskRows,
    assignments: assignmentRows,
    parties: partyRows,
    wallets: walletRows,
    allotments: allotmentRows,
    allowances: allowanceRows,
    spendings: spendingRows,
    questions: questionRows,
    submissions: submissionRows,
    files: fileRows,
    proposals: proposalRows,
    disputes: disputeRows,
    evaluations: evaluationRows,
    cashRequests: cashRows,
    runs: runRows,
    dependencies: dependencyRows,
    invitations: invitationRows,
    messageCauses: causeRows,
    takenEmails: emailRows.map(({ email }) => email),
  };
}

/** Whole projects: their subtasks are named too. One more round trip, and a lock on the plan, only where it is asked for. */
async function withWholeProjects(client: ClientBase, loads: Loads): Promise<Loads> {
  const projects = loads.projects ?? [];
  if (projects.length === 0) return loads;
  const [, { rows }] = await Promise.all([
    client.query({ ...lockProjects, values: [[...projects, ...(loads.tasks ?? [])]] }),
    client.query<{ id: Id }>({ ...readSubtaskIds, values: [projects] }),
  ]);
  const subtasks = rows.map(({ id }) => id);
  const merge = (some: readonly Id[] = []): Id[] => [...new Set([...some, ...projects, ...subtasks])];
  return {
    ...loads,
    tasks: merge(loads.tasks),
    settles: merge(loads.settles),
    invitationsOf: merge(loads.invitationsOf),
  };
}

/** Who waits for a task was looked up before the project was locked: if the plan has changed in between, look again. */
function refuseStale(tasks: readonly Task[], dependencies: readonly Dependency[]): void {
  const loaded = new Set(tasks.map(({ id }) => id));
  if (dependencies.every(({ taskId }) => loaded.has(taskId))) return;
  throw Object.assign(new Error("A plan has changed while it was loaded."), { code: "40001" });
}

/** Joins what several commands need into one list of each, without repeats. */
export function joinLoads(each: Iterable<Loads>): Required<Loads> {
  const tasks = new Set<Id>();
  const histories = new Set<Id>();
  const parties = new Set<Id>();
  const settles = new Set<Id>();
  const files = new Set<Id>();
  const proposalsOf = new Set<Id>();
  const unblocks = new Set<Id>();
  const projects = new Set<Id>();
  const invitationsOf = new Set<Id>();
  const runsOf = new Set<Id>();
  const causes = new Map<string, Pick<Message, "projectId" | "cause">>();
  const disputesOf = new Set<Id>();
  const evaluationsOf = new Set<Id>();
  const cash = new Set<Id>();
  const approvalsOf = new Set<Id>();
  const allowances = new Map<string, Pick<AllowanceUse, "holderId" | "day">>();
  const spent = new Map<string, SpendingKey>();
  const emails = new Set<string>();
  const ownerEmails = new Set<string>();
  for (const loads of each) {
    for (const id of loads.tasks ?? []) tasks.add(id);
    for (const id of loads.histories ?? []) histories.add(id);
    for (const id of loads.parties ?? []) parties.add(id);
    for (const id of loads.settles ?? []) settles.add(id);
    for (const id of loads.files ?? []) files.add(id);
    for (const id of loads.proposalsOf ?? []) proposalsOf.add(id);
    for (const id of loads.unblocks ?? []) unblocks.add(id);
    for (const id of loads.projects ?? []) projects.add(id);
    for (const id of loads.invitationsOf ?? []) invitationsOf.add(id);
    for (const id of loads.runsOf ?? []) runsOf.add(id);
    for (const each of loads.messageCauses ?? []) causes.set(`${each.projectId} ${each.cause}`, each);
    for (const id of loads.disputesOf ?? []) disputesOf.add(id);
    for (const id of loads.evaluationsOf ?? []) evaluationsOf.add(id);
    for (const id of loads.cashRequests ?? []) cash.add(id);
    for (const id of loads.approvalsOf ?? []) approvalsOf.add(id);
    for (const { holderId, day } of loads.allowances ?? []) allowances.set(`${holderId} ${day}`, { holderId, day });
    for (const key of loads.spendings ?? []) spent.set(`${key.subjectId} ${key.currency} ${key.day}`, key);
    for (const email of loads.emails ?? []) emails.add(email);
    for (const email of loads.ownerEmails ?? []) ownerEmails.add(email);
  }
  return {
    tasks: [...tasks],
    histories: [...histories],
    parties: [...parties],
    settles: [...settles],
    files: [...files],
    proposalsOf: [...proposalsOf],
    unblocks: [...unblocks],
    projects: [...projects],
    invitationsOf: [...invitationsOf],
    messageCauses: [...causes.values()],
    runsOf: [...runsOf],
    disputesOf: [...disputesOf],
    evaluationsOf: [...evaluationsOf],
    cashRequests: [...cash],
    approvalsOf: [...approvalsOf],
    allowances: [...allowances.values()],
    spendings: [...spent.values()],
    emails: [...emails],
    ownerEmails: [...ownerEmails],
  };
}

async function when<Row>(wanted: number, query: () => Promise<QueryResult>): Promise<Row[]> {
  if (wanted === 0) return [];
  return (await query()).rows;
}
