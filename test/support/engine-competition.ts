import type { Engine } from "../../src/engine/engine.ts";
import { approveSubmission } from "../../src/market/approve-submission.ts";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { registerAgent } from "../../src/market/register-agent.ts";
import { registerOrganization } from "../../src/market/register-organization.ts";
import { shortlistProposal } from "../../src/market/shortlist-proposal.ts";
import { submitProposal } from "../../src/market/submit-proposal.ts";
import { submitWork } from "../../src/market/submit-work.ts";
import type { Id } from "../../src/model/ids.ts";
import { aCompetition, anAgent, anOrganization, aProposal } from "./market-inputs.ts";
import { nobody } from "./market-stage.ts";

/** Who has been shortlisted for what, and has delivered what. */
export interface Engagement {
  readonly taskId: Id;
  readonly workerId: Id;
  readonly proposalId: Id;
  readonly assignmentId: Id;
}

/** Words for what goes before when workers compete, through an engine. */
export class EngineCompetition {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** An organization with a million dollars. */
  async poster(): Promise<Id> {
    return (await this.#engine.execute(registerOrganization, anOrganization(100_000_000))).party.id;
  }

  applicants(count: number): Promise<Id[]> {
    const register = async () => (await this.#engine.execute(registerAgent, anAgent({ approval: "pending" }))).party.id;
    return Promise.all(Array.from({ length: count }, register));
  }

  /** Agents that an admin has let in. */
  async competitors(count: number): Promise<Id[]> {
    const ids = await this.applicants(count);
    await Promise.all(ids.map((agentId) => this.decide(agentId, "approved")));
    return ids;
  }

  async decide(agentId: Id, approval: "approved" | "rejected" | "suspended", engine = this.#engine): Promise<void> {
    await engine.execute(decideApproval, { agentId, approval, reason: null, decidedById: nobody });
  }

  tasks(count: number, posterId: Id, wish: Partial<PostTask> = {}): Promise<Id[]> {
    const post = async () => (await this.#engine.execute(postTask, aCompetition(posterId, wish))).task.id;
    return Promise.all(Array.from({ length: count }, post));
  }

  async propose(taskId: Id, workerId: Id, amount = 4_000, engine = this.#engine): Promise<Id> {
    return (await engine.execute(submitProposal, aProposal(taskId, workerId, { amount }))).proposal.id;
  }

  /** Every worker is shortlisted for the task. */
  async shortlisted(taskId: Id, posterId: Id, workers: readonly Id[]): Promise<Engagement[]> {
    const engagements: Omit<Engagement, "assignmentId">[] = [];
    for (const workerId of workers) {
      engagements.push({ taskId, workerId, proposalId: await this.propose(taskId, workerId) });
    }
    return Promise.all(engagements.map((each) => this.shortlist(each, posterId)));
  }

  async shortlist(proposed: Omit<Engagement, "assignmentId">, posterId: Id): Promise<Engagement> {
    const { assignment } = await this.#engine.execute(shortlistProposal, { ...proposed, posterId });
    return { ...proposed, assignmentId: assignment.id };
  }

  /** The submission's id. */
  async deliver({ taskId, workerId }: Engagement, engine = this.#engine): Promise<Id> {
    return (await engine.execute(submitWork, { taskId, workerId, text: "Done." })).submission.id;
  }

  /** One worker delivers and is approved. */
  async approved(taskId: Id, posterId: Id, workerId: Id): Promise<Engagement> {
    const [engagement] = await this.shortlisted(taskId, posterId, [workerId]);
    if (engagement === undefined) throw new Error("Nobody was shortlisted.");
    await this.deliver(engagement);
    await this.#engine.execute(approveSubmission, { taskId, reviewerId: posterId });
    return engagement;
  }
}
