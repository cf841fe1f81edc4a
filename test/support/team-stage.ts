import { pino } from "pino";
import type { Engine } from "../../src/engine/engine.ts";
import { lapseInvitations } from "../../src/jobs/lapse-invitations.ts";
import { manageProjects } from "../../src/jobs/manage-projects.ts";
import type { ManagerJobContext } from "../../src/jobs/manager-context.ts";
import type { ManagerAdvice } from "../../src/manager/advice.ts";
import { decideApproval } from "../../src/market/decide-approval.ts";
import type { NewSubtask } from "../../src/market/plan.ts";
import { postMessage } from "../../src/market/post-message.ts";
import { postProject } from "../../src/market/post-project.ts";
import type { PostTask } from "../../src/market/post-task.ts";
import { recordEvaluation } from "../../src/market/record-evaluation.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Evaluation, EvaluationCheck } from "../../src/model/evaluation.ts";
import type { Id } from "../../src/model/ids.ts";
import type { Agent } from "../../src/model/party.ts";
import { type Message, type SubtaskState, subtaskState } from "../../src/model/team.ts";
import { EngineStage } from "./engine-stage.ts";
import { anAgent, anOrganization, aTask } from "./market-inputs.ts";

/** Checks that found nothing to complain about, and some that did. */
export const goodWork: readonly EvaluationCheck[] = [
  { name: "not_empty", group: "format", score: 1, reason: "There is something." },
  { name: "overlap", group: "coherence", score: 0.9, reason: "It speaks of what was asked for." },
];
export const poorWork: readonly EvaluationCheck[] = [
  { name: "csv", group: "format", score: 0, reason: "Row 3 has 4 columns instead of 5." },
  { name: "overlap", group: "coherence", score: 0.9, reason: "It speaks of what was asked for." },
];

/** A subtask of 10 dollars; `dependsOn` names others. */
export function aPart(key: string, dependsOn: readonly string[] = [], wish: Partial<NewSubtask> = {}): NewSubtask {
  return {
    key,
    title: key,
    description: `Do ${key}.`,
    category: "general",
    requiredCapabilities: [],
    budget: 1_000,
    timeLimitMinutes: 10_000,
    dependsOn,
    ...wish,
  };
}

/** A market with a real database where a buyer has Task Force projects, and a manager that looks when it is told to. */
export class TeamStage {
  readonly stage: EngineStage;
  readonly buyer: Id;
  advice: ManagerAdvice | null = null;

  private constructor(stage: EngineStage, buyer: Id) {
    this.stage = stage;
    this.buyer = buyer;
  }

  static async open(): Promise<TeamStage> {
    const stage = await EngineStage.open();
    const { party } = await stage.engine.execute(registerOrganization, anOrganization(10_000_000));
    return new TeamStage(stage, party.id);
  }

  /** An approved agent that is opted in and takes what it is asked to. */
  async agent(wish: Partial<Agent> = {}): Promise<Id> {
    const input = anAgent({ grantCredits: 0 });
    const profile = { ...input.profile, taskForce: true, autoAccept: true, ...wish };
    const { party } = await this.stage.engine.execute(registerAgent, { ...input, approval: "pending", profile });
    await this.approve(party.id);
    return party.id;
  }

  async approve(agentId: Id, approval: "approved" | "suspended" = "approved"): Promise<void> {
    await this.stage.engine.execute(decideApproval, { agentId, approval, reason: null, decidedById: this.buyer });
  }

  /** A running project of 100 dollars with this plan, or (null) one that the manager plans. */
  async project(
    add: readonly NewSubtask[] | null,
    wish: Partial<PostTask> = {},
    engine: Engine = this.stage.engine,
  ): Promise<{ id: Id; parts: Readonly<Record<string, Id>> }> {
    const task = aTask(this.buyer, {
      intake: "team",
      visibility: "private",
      currency: "usd",
      budget: 10_000,
      reviewPolicy: "manual",
      expiresInHours: null,
      ...wish,
    });
    const plan = add === null ? null : { add };
    const { project, added } = await engine.execute(postProject, { ...task, plan, starts: true });
    return { id: project.id, parts: added };
  }

  context(engine: Engine = this.stage.engine): ManagerJobContext {
    return {
      engine,
      reads: this.stage.database.reads,
      clock: this.stage.clock.now,
      objects: { read: refuse, write: refuse, remove: refuse } as unknown as ManagerJobContext["objects"],
      manager: { settings: { nudgeMinutes: 30, maxNudges: 2, invitationMinutes: 15 }, advice: this.advice },
      log: pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" }),
    };
  }

  /** The jobs that look after projects run, as they would by themselves. */
  async manage(engine: Engine = this.stage.engine): Promise<number> {
    await lapseInvitations(this.context(engine));
    return manageProjects(this.context(engine));
  }

  /** A member hands in, and the platform's checks find this. */
  async deliver(
    subtaskId: Id,
    agentId: Id,
    checks: readonly EvaluationCheck[] = goodWork,
    text = "Here.",
  ): Promise<Id> {
    const { submission } = await this.stage.engine.execute(submitWork, { taskId: subtaskId, workerId: agentId, text });
    await this.evaluate(subtaskId, submission.id, checks);
    return submission.id;
  }

  async evaluate(taskId: Id, submissionId: Id, checks: readonly EvaluationCheck[]): Promise<void> {
    const mean = (group: EvaluationCheck["group"]): number | null => {
      const scores = checks.filter((each) => each.group === group).map(({ score }) => score ?? 0);
      return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
    };
    const state: Evaluation["state"] = checks.length === 0 ? "failed" : "finished";
    const outcome = { state, formatScore: mean("format"), coherenceScore: mean("coherence"), checks } as const;
    await this.stage.engine.execute(recordEvaluation, { taskId, submissionId, outcome });
  }

  /** A member writes in its subtask's thread, or in the project channel. */
  async say(projectId: Id, subtaskId: Id, agentId: Id, content: string, inChannel = false): Promise<void> {
    await this.stage.engine.execute(postMessage, {
      projectId,
      threadId: inChannel ? null : subtaskId,
      senderType: "agent",
      senderId: agentId,
      memberOf: subtaskId,
      messageType: "text",
      content,
    });
  }

  async buyerSays(projectId: Id, threadId: Id | null, content: string): Promise<void> {
    const message = { projectId, threadId, senderType: "buyer", messageType: "text", content } as const;
    await this.stage.engine.execute(postMessage, { ...message, senderId: this.buyer });
  }

  /** Where a subtask stands, and who has it. */
  async look(subtaskId: Id): Promise<{ state: SubtaskState; memberId: Id | null }> {
    const { rows } = await this.stage.database.reads.query(
      `select t.state, t.waiting_for as "waitingFor", a.state as "live", a.started_at as "startedAt", a.worker_id as worker
       from tasks t left join assignments a on a.task_id = t.id and a.state in ('active', 'submitted', 'revision')
       where t.id = $1`,
      [subtaskId],
    );
    const [row] = rows;
    const live = row.live === null ? undefined : { state: row.live, startedAt: row.startedAt };
    return { state: subtaskState(row, live), memberId: row.worker };
  }

  async states(ids: readonly Id[]): Promise<SubtaskState[]> {
    return Promise.all(ids.map(async (id) => (await this.look(id)).state));
  }

  /** What was said in a thread or a project channel, in its order. */
  async thread(id: Id): Promise<Pick<Message, "senderType" | "messageType" | "content">[]> {
    const { rows } = await this.stage.database.reads.query(
      `select sender_type as "senderType", message_type as "messageType", content from messages
       where task_id = $1 order by id`,
      [id],
    );
    return rows;
  }

  async parts(projectId: Id): Promise<{ id: Id; title: string; budget: number; waitingFor: number }[]> {
    const { rows } = await this.stage.database.reads.query(
      `select id, title, budget, waiting_for as "waitingFor" from tasks where parent_id = $1 order by id`,
      [projectId],
    );
    return rows;
  }

  async usd(partyId: Id): Promise<number> {
    const text = "select balance from wallets where party_id = $1 and currency = 'usd'";
    return (await this.stage.database.reads.query(text, [partyId])).rows[0]?.balance ?? 0;
  }

  async close(): Promise<void> {
    await this.stage.close();
  }
}

function refuse(): never {
  throw new Error("The manager touches no files.");
}

/** An engine that dies after so many commands: what comes later is never sent, as when its process was killed. */
export function mortal(engine: Engine, commands: number): Engine {
  let left = commands;
  return new Proxy(engine, {
    get(target, name) {
      if (name !== "execute") return Reflect.get(target, name, target);
      return (...call: Parameters<Engine["execute"]>) => {
        if (left-- <= 0) return Promise.reject(new Error("killed"));
        return target.execute(...call);
      };
    },
  });
}
