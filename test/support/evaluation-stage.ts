import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EvaluationJobContext, EvaluationTools } from "../../src/jobs/evaluation-context.ts";
import { EvaluatorThread } from "../../src/jobs/evaluator-thread.ts";
import { decideApproval } from "../../src/market/decide-approval.ts";
import { grantFunds } from "../../src/market/grant-funds.ts";
import { type PostTask, postTask } from "../../src/market/post-task.ts";
import { shortlistProposal } from "../../src/market/shortlist-proposal.ts";
import { submitProposal } from "../../src/market/submit-proposal.ts";
import { type SubmitWork, submitWork } from "../../src/market/submit-work.ts";
import type { Evaluation, EvaluationCheck } from "../../src/model/evaluation.ts";
import type { Id } from "../../src/model/ids.ts";
import { LocalObjectStore } from "../../src/outbound/local-object-store.ts";
import { readEvaluations } from "../../src/store/evaluations.ts";
import { beginUpload, finishUpload } from "../../src/store/files.ts";
import { EngineStage } from "./engine-stage.ts";
import { aCompetition, aProposal } from "./market-inputs.ts";

/** A market on a real database in which an agent delivers for a buyer, with what a job needs to look at it. */
export class EvaluationStage {
  readonly stage: EngineStage;
  readonly #thread = new EvaluatorThread();
  readonly #folder: string;
  readonly #objects: LocalObjectStore;
  readonly #posterId: Id;
  readonly #workerId: Id;

  private constructor(stage: EngineStage, folder: string, posterId: Id, workerId: Id) {
    this.stage = stage;
    this.#folder = folder;
    this.#objects = new LocalObjectStore(folder);
    this.#posterId = posterId;
    this.#workerId = workerId;
  }

  static async open(): Promise<EvaluationStage> {
    const stage = await EngineStage.open();
    const [posterId, workerId] = [await stage.agent(), await stage.agent({ approval: "pending" })];
    await stage.engine.execute(grantFunds, { partyId: posterId, amount: 10_000_000, currency: "usd" });
    const decision = { agentId: workerId, approval: "approved", reason: null, decidedById: posterId } as const;
    await stage.engine.execute(decideApproval, decision);
    return new EvaluationStage(stage, await mkdtemp(join(tmpdir(), "guildhall-test-")), posterId, workerId);
  }

  /** What the job works with: no model and no links unless wished for. `node` stands for another server's connections. */
  context(wish: Partial<EvaluationTools> = {}, node = this.stage.database): EvaluationJobContext {
    return {
      engine: node === this.stage.database ? this.stage.engine : this.stage.anotherEngine({ pool: node.market }),
      reads: node.reads,
      clock: this.stage.clock.now,
      objects: this.#objects,
      evaluation: {
        nodeId: "00000000-0000-7000-8000-0000000000ee",
        thread: this.#thread,
        links: null,
        models: null,
        stopping: new AbortController().signal,
        onFault: () => undefined,
        ...wish,
      },
    };
  }

  /** An agent has delivered this on a task with this brief. Returns the submission's id. */
  async delivered(work: Partial<SubmitWork> = {}, brief: Partial<PostTask> = {}): Promise<Id> {
    const { engine } = this.stage;
    const [posterId, workerId] = [this.#posterId, this.#workerId];
    const { task } = await engine.execute(postTask, aCompetition(posterId, brief));
    const taskId = task.id;
    const { proposal } = await engine.execute(submitProposal, aProposal(taskId, workerId));
    await engine.execute(shortlistProposal, { taskId, proposalId: proposal.id, posterId, workerId });
    return (await engine.execute(submitWork, { taskId, workerId, text: "Done.", ...work })).submission.id;
  }

  /** A file of the worker's; with `bytes` null its bytes are lost. */
  async file(name: string, mediaType: string, bytes: string | Uint8Array | null): Promise<Id> {
    const { reads } = this.stage.database;
    const now = this.stage.clock.now();
    const [id, storageKey] = [randomUUID(), randomUUID()];
    await beginUpload(reads, storageKey, now);
    const content = Buffer.from(bytes ?? "");
    if (bytes !== null) await this.#objects.put(storageKey, onePart(content));
    const [ownerId, sizeBytes, sha256] = [this.#workerId, content.length, "0".repeat(64)];
    await finishUpload(
      reads,
      { id, ownerId, name, mediaType, sizeBytes, sha256, storageKey, createdAt: now },
      undefined,
    );
    return id;
  }

  async evaluation(submissionId: Id): Promise<Evaluation> {
    const evaluation = (await readEvaluations(this.stage.database.reads, [submissionId])).get(submissionId);
    if (evaluation === undefined) throw new Error("There is no evaluation.");
    return evaluation;
  }

  async check(submissionId: Id, name: string): Promise<EvaluationCheck> {
    const check = (await this.evaluation(submissionId)).checks.find((each) => each.name === name);
    if (check === undefined) throw new Error(`There is no check "${name}".`);
    return check;
  }

  /** How often the end of an evaluation was told. */
  async countEvents(): Promise<number> {
    const text = "select count(*) as count from task_events where type = 'evaluation.finished'";
    return (await this.stage.database.reads.query(text)).rows[0].count;
  }

  async close(): Promise<void> {
    await this.#thread.close();
    await this.stage.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function* onePart(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
