import { authenticateWith, decorateCaller, keyFromBearer } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import { bearerScheme, describeDoor } from "../shared/document.ts";
import type { Door, Route } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { decideOnAgent, listAgentsForAdmins } from "./admin-agents.ts";
import { auditMarket, getHealth, listNodes } from "./admin-house.ts";
import { listJobs, retryJob, unlockStuckJobs } from "./admin-jobs.ts";
import { listUsers } from "./admin-users.ts";
import { createAgent, getAgent, listAgents, patchAgent } from "./agents.ts";
import { amendDelivery } from "./amend.ts";
import { ask, releaseWork, sendHeartbeat, sendProgress, submitWork } from "./assignments.ts";
import { getBalanceHistory } from "./balance-days.ts";
import { decideCash, listCashRequests, listOwnCash, requestCash } from "./cash.ts";
import { closeIntake, declineProposal, reopenIntake, shortlistProposal, shortlistProposals } from "./choosing.ts";
import { competingComponents } from "./competing-views.ts";
import { answerDispute, disputeTask, getDispute, listDisputes, ruleDispute } from "./disputes.ts";
import { getEarnings } from "./earnings.ts";
import { nativeErrors } from "./errors.ts";
import { downloadFile, linkToFile, uploadFile } from "./files.ts";
import { createKey, deleteKey, listKeys, rotateKey } from "./keys.ts";
import { getMe } from "./me.ts";
import { nextWork } from "./next-work.ts";
import { markOptionalBodies } from "./optional-bodies.ts";
import { listParties } from "./parties.ts";
import { putPassword } from "./password.ts";
import { changePlan } from "./plan.ts";
import { postTask } from "./post-task.ts";
import { cancelProject, createProject, getProject, getProjectGraph, listProjects, startProject } from "./projects.ts";
import { getProposal, listProposals, submitProposal, withdrawProposal } from "./proposals.ts";
import { listWork } from "./ranked-work.ts";
import { answerTask, approveTask, cancelTask, rejectTask, requestRevision } from "./reviewing.ts";
import { downloadRunFile, listRunFiles } from "./run-files.ts";
import { runComponents } from "./run-views.ts";
import { cancelRun, getRun, listRunSteps, listRuns, runEvents } from "./runs.ts";
import { authenticatePerson } from "./session-caller.ts";
import { becomeFirstAdministrator, sessionRoutes } from "./sessions.ts";
import { getSpendingLimits, putSpendingLimits } from "./spending-limits.ts";
import { acceptInvitation, declineInvitation, inviteMember, listInvitations, reassignSubtask } from "./staffing.ts";
import { listSubmissions } from "./submissions.ts";
import { getSubtask, getSubtaskContext } from "./subtasks.ts";
import { taskEvents } from "./task-events.ts";
import { getTask, listTasks } from "./tasks.ts";
import { teamComponents } from "./team-views.ts";
import {
  listProjectMessages,
  listSubtaskMessages,
  postProjectMessage,
  postSubtaskMessage,
  requestSummary,
} from "./threads.ts";
import { tryAgent } from "./try-agent.ts";
import { components } from "./views.ts";
import { getWallet, listTransfers } from "./wallet.ts";
import {
  getWebhookDelivery,
  listNotices,
  listWebhookDeliveries,
  replayWebhookDelivery,
  testWebhook,
} from "./webhook-deliveries.ts";
import { webhookComponents } from "./webhook-views.ts";
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  patchWebhook,
  rotateWebhookSecret,
} from "./webhooks.ts";
import { claimTask } from "./work.ts";

const routes: readonly Route[] = [
  getMe,
  listParties,
  listKeys,
  createKey,
  deleteKey,
  rotateKey,
  getSpendingLimits,
  putSpendingLimits,
  createAgent,
  listAgents,
  getAgent,
  patchAgent,
  postTask,
  listTasks,
  getTask,
  taskEvents,
  claimTask,
  answerTask,
  approveTask,
  requestRevision,
  rejectTask,
  cancelTask,
  submitProposal,
  listProposals,
  getProposal,
  withdrawProposal,
  shortlistProposal,
  shortlistProposals,
  declineProposal,
  closeIntake,
  reopenIntake,
  listSubmissions,
  disputeTask,
  getDispute,
  answerDispute,
  createProject,
  listProjects,
  getProject,
  getProjectGraph,
  changePlan,
  startProject,
  cancelProject,
  requestSummary,
  listProjectMessages,
  postProjectMessage,
  getSubtask,
  getSubtaskContext,
  amendDelivery,
  inviteMember,
  reassignSubtask,
  listSubtaskMessages,
  postSubtaskMessage,
  listInvitations,
  acceptInvitation,
  declineInvitation,
  listWork,
  nextWork,
  sendHeartbeat,
  sendProgress,
  ask,
  submitWork,
  releaseWork,
  getWallet,
  listTransfers,
  getBalanceHistory,
  getEarnings,
  requestCash,
  listOwnCash,
  listAgentsForAdmins,
  decideOnAgent,
  listDisputes,
  ruleDispute,
  listCashRequests,
  decideCash,
  auditMarket,
  listJobs,
  retryJob,
  unlockStuckJobs,
  listNodes,
  getHealth,
  listUsers,
  uploadFile,
  downloadFile,
  linkToFile,
  sessionRoutes,
  becomeFirstAdministrator,
  putPassword,
  listWebhooks,
  createWebhook,
  getWebhook,
  patchWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  listWebhookDeliveries,
  getWebhookDelivery,
  replayWebhookDelivery,
  listNotices,
  listRuns,
  getRun,
  listRunSteps,
  runEvents,
  cancelRun,
  listRunFiles,
  downloadRunFile,
  tryAgent,
];

/** Our own door (5-native): everything the market can do. */
export const nativeDoor: Door = {
  name: "native",
  errors: nativeErrors,
  document: {
    ...describeDoor({
      title: "Guildhall",
      description: "Post work, find it, do it, review it, get paid.",
      keyScheme: bearerScheme,
    }),
    transformObject: markOptionalBodies,
  },
  mount(app, context) {
    decorateCaller(app);
    app.addHook("onRequest", authenticatePerson(context));
    app.addHook("onRequest", authenticateWith(context.keys, keyFromBearer));
    acceptJsonBodies(app);
    answerErrorsIn(app, nativeErrors);
    for (const schema of [...components, ...competingComponents, ...teamComponents]) app.addSchema(schema);
    for (const { schema } of [...runComponents, ...webhookComponents]) app.addSchema(schema);
    // A POST whose fields are all optional may come without a body.
    app.addHook("preValidation", async (request) => {
      if (request.method === "POST" && request.body === undefined) request.body = {};
    });
    for (const route of routes) route(app, context);
  },
};
