import { cancelRun } from "../../../src/market/cancel-run.ts";
import { issueKey } from "../../../src/market/issue-key.ts";
import { makeApiKey, storedHalf } from "../../../src/wire/shared/api-keys.ts";
import { AgentMarketClient } from "../../support/agentmarket-client.ts";
import { AgentworkClient } from "../../support/agentwork-client.ts";
import { ClubClient, claim, openOrganization, openWorker, submit } from "../../support/club-client.ts";
import { CompetitionClient } from "../../support/competition-client.ts";
import { Engineer } from "../../support/engineer.ts";
import { FilesClient } from "../../support/files-client.ts";
import { foundOrganization, NativeClient } from "../../support/native-client.ts";
import { NexworkClient, openCompetition, shortlist } from "../../support/nexwork-client.ts";
import { ProjectClient } from "../../support/project-client.ts";
import { startedRun } from "../../support/started-run.ts";
import type { TestHouse } from "../../support/test-house.ts";
import { type DoorName, nameOf, type Route } from "./route-table.ts";

/** Something real behind every address: a request without a fault would succeed, so that it is the fault that is refused. */
export interface HostileScene {
  /** The route's address with ids of what is really there. */
  addressOf(route: Route): string;
  /** A key of whoever may call the route. */
  keyOf(route: Pick<Route, "door" | "path">): Promise<string>;
  /** An agent with 100 credits that took a task. */
  readonly agentKey: string;
}

type Part = Pick<HostileScene, "keyOf"> & { readonly idOf: (route: Route) => string };

/** Fewer than the limit of 4-dialects, "club", within a minute. */
const usesOfClubKey = 40;

export async function setHostileScene(house: TestHouse): Promise<HostileScene> {
  const { agentKey, ...agentmarket } = await setAgentMarket(house);
  const native = await setNative(house);
  const parts: Readonly<Record<DoorName, Part>> = {
    agentmarket,
    club: await setClub(house),
    agentwork: await setAgentwork(house),
    nexwork: await setNexwork(house),
    native,
    mcp: native,
    a2a: await setA2a(house),
    operations: native,
  };
  return {
    agentKey,
    addressOf: (route) => {
      const address = route.path.replace(":id", () => parts[route.door].idOf(route));
      return `${route.prefix}${address.replace(":deliveryId", native.deliveryId)}`;
    },
    keyOf: (route) => parts[route.door].keyOf(route),
  };
}

async function setAgentMarket(house: TestHouse): Promise<Part & { readonly agentKey: string }> {
  const market = new AgentMarketClient(house.url);
  const [poster, worker] = [await market.register(), await market.register()];
  const taskId = await market.postTask(poster.key);
  await market.post(`/api/tasks/${taskId}/accept`, worker.key);
  return {
    agentKey: worker.key,
    keyOf: async () => worker.key,
    idOf: ({ path }) => (path.startsWith("/api/agents") ? worker.id : taskId),
  };
}

/** A key is good for so many requests a minute: there is always another one of the same organization. */
async function setClub(house: TestHouse): Promise<Part> {
  const [poster, worker] = [await openOrganization(house), await openWorker(house)];
  const taskId = await new ClubClient(house.url).postTask(poster.key);
  await claim(house, taskId, worker);
  await submit(house, taskId, worker, "positive");
  let [key, usesLeft] = [poster.key, usesOfClubKey];
  const keyOf = async (): Promise<string> => {
    if (usesLeft-- > 0) return key;
    [key, usesLeft] = [makeApiKey("agentwork"), usesOfClubKey];
    await house.app.engine.execute(issueKey, { partyId: poster.id, key: storedHalf(key, "member", "Next") });
    return key;
  };
  return { keyOf, idOf: () => taskId };
}

async function setAgentwork(house: TestHouse): Promise<Part> {
  const client = new AgentworkClient(house.url);
  const { key } = await client.register();
  const engineer = await Engineer.hire(house.app);
  const [askingTaskId, solvedTaskId] = [await client.createTask(key), await client.createTask(key)];
  await engineer.take(askingTaskId);
  await engineer.askPlainly(askingTaskId, "Which edition?");
  await engineer.take(solvedTaskId);
  await engineer.submit(solvedTaskId, "Done.");
  return {
    keyOf: async () => key,
    idOf: ({ path }) => (path.endsWith("/solution-status") ? solvedTaskId : askingTaskId),
  };
}

/** A task to propose on, another on which the agent owes a delivery, and a subtask that it is to do. */
async function setNexwork(house: TestHouse): Promise<Part> {
  const client = new NexworkClient(house.url);
  const team = await ProjectClient.open(house);
  const [poster, agent] = [await openOrganization(house), await team.agent({ categories: ["lead_research"] })];
  const { a: subtaskId = "" } = (await team.project()).parts;
  await team.invite(subtaskId, agent);
  const [openTaskId, ownTaskId] = [await openCompetition(house, poster.id), await openCompetition(house, poster.id)];
  await client.propose(ownTaskId, agent.key);
  await shortlist(house, ownTaskId, agent);
  return {
    keyOf: async () => agent.key,
    idOf: ({ path }) => {
      if (path.startsWith("/api/v1/subtasks/")) return subtaskId;
      return path.endsWith("/deliver") ? ownTaskId : openTaskId;
    },
  };
}

/** An agent of somebody else's to speak to. */
async function setA2a(house: TestHouse): Promise<Part> {
  const client = new NativeClient(house.url);
  const [poster, operator] = [await foundOrganization(house), await foundOrganization(house)];
  const agent = await client.createAgent(operator.key);
  return { keyOf: async () => poster.key, idOf: () => agent.id };
}

async function setNative(house: TestHouse): Promise<Part & { readonly deliveryId: string }> {
  const client = new NativeClient(house.url);
  const [poster, operator] = [await foundOrganization(house), await foundOrganization(house)];
  const worker = await client.createAgent(operator.key);
  const ownAgent = await client.createAgent(poster.key);
  const taskId = await client.postTask(poster.key, { intake: "direct", agent_id: worker.id });
  const { body: work } = await client.post("/v1/work/next", worker.key);
  const { body: issued } = await client.post("/v1/keys", poster.key);
  const { body: uploaded } = await new FilesClient(house.url, poster.key).upload("Bytes.");
  const { body: hook } = await client.post("/v1/webhooks", poster.key, { url: "https://example.com/hook" });
  const { body: ping } = await client.post(`/v1/webhooks/${hook.webhook.id}/test`, poster.key);
  const competition = await CompetitionClient.open(house);
  const { competingTaskId, proposalId, disputeId, admin } = await setCompetition(competition);
  const { body: deposit } = await client.post("/v1/wallet/deposits", poster.key, { amount: 100 });
  const team = await ProjectClient.open(house);
  const project = await team.project();
  const member = await team.agent({ auto_accept: false });
  await team.invite(project.parts.a ?? "", member);
  const { data: offers } = await team.see("/v1/invitations", member.key);
  const run = await startedRun(house, client, team.buyer, ownAgent);
  // Its stream ends.
  await house.app.engine.execute(cancelRun, { runId: run.id, taskId: run.taskId, actorId: ownAgent.id });
  const ids: readonly (readonly [string, string])[] = [
    ["/v1/runs/", run.id],
    ["/v1/projects/", project.id],
    ["/v1/subtasks/", project.parts.a ?? ""],
    ["/v1/invitations/", offers[0].invitation.id],
    ["/v1/assignments/", work.assignment.id],
    ["/v1/admin/agents/", ownAgent.id],
    ["/v1/admin/disputes/", disputeId],
    ["/v1/admin/cash-requests/", deposit.request.id],
    ["/v1/admin/jobs/", "1"],
    ["/v1/disputes/", disputeId],
    ["/v1/proposals/", proposalId],
    ["/v1/tasks/:id/proposals", competingTaskId],
    ["/v1/agents/", ownAgent.id],
    ["/v1/tasks/", taskId],
    ["/v1/keys/", issued.key.id],
    ["/v1/files/", uploaded.file.id],
    ["/v1/webhooks/", hook.webhook.id],
  ];
  return {
    deliveryId: ping.delivery.id,
    async keyOf({ path }) {
      if (path.startsWith("/v1/admin/")) return admin.key;
      if (/^\/v1\/(projects|subtasks)\//.test(path)) return team.buyer.key;
      if (path.startsWith("/v1/invitations/")) return member.key;
      if (/^\/v1\/(proposals|disputes)\/|\/proposals$/.test(path)) return competition.poster.key;
      return path.startsWith("/v1/assignments/") ? worker.key : poster.key;
    },
    idOf(route) {
      const found = ids.find(([path]) => route.path.startsWith(path));
      if (found === undefined) throw new Error(`Nothing is there for ${nameOf(route)}.`);
      return found[1];
    },
  };
}

/** A task with a proposal on it, and a dispute about another. */
async function setCompetition(competition: CompetitionClient) {
  const agent = await competition.approvedAgent();
  const competingTaskId = await competition.postTask();
  const proposalId = await competition.propose(competingTaskId, agent);
  const { taskId } = await competition.delivered(agent);
  const path = `/v1/tasks/${taskId}/dispute`;
  const { dispute } = await competition.expect(200, path, competition.poster.key, {
    reason: "Not what was asked for.",
  });
  return { competingTaskId, proposalId, disputeId: dispute.id as string, admin: competition.admin };
}
