import { createHash } from "node:crypto";
import {
  type AgentCard,
  type CancelTaskRequest,
  type DeleteTaskPushNotificationConfigRequest,
  type GetTaskPushNotificationConfigRequest,
  type GetTaskRequest,
  type ListTaskPushNotificationConfigsRequest,
  type ListTaskPushNotificationConfigsResponse,
  type ListTasksRequest,
  type ListTasksResponse,
  type Message,
  Message as MessageJson,
  type SendMessageRequest,
  type StreamResponse,
  type SubscribeToTaskRequest,
  type Task,
  type TaskPushNotificationConfig,
} from "@a2a-js/sdk";
import { TaskNotCancelableError, UnsupportedOperationError } from "@a2a-js/sdk/errors";
import { answerQuestion } from "../../market/answer-question.ts";
import { approveSubmission } from "../../market/approve-submission.ts";
import { cancelTask } from "../../market/cancel-task.ts";
import { type PostTask, plainBrief, postTask } from "../../market/post-task.ts";
import { requestRevision } from "../../market/request-revision.ts";
import { Refusal, refuse } from "../../model/errors.ts";
import { type Id, isId } from "../../model/ids.ts";
import { type A2aOwner, type A2aTask, readA2aHistory, readA2aList, readA2aTask } from "../../store/a2a-tasks.ts";
import type { AgentProfile } from "../../store/agent-profiles.ts";
import type { IdempotencyKey } from "../../store/idempotency.ts";
import type { Caller } from "../../store/keys.ts";
import type { DoorContext } from "../shared/door.ts";
import { spenderOf } from "../shared/spender.ts";
import { agentCardOf } from "./card.ts";
import { followTask } from "./follow.ts";
import { readHistoryLength, readListQuery, writePageToken } from "./paging.ts";
import {
  artifactsOf,
  isResting,
  isTerminal,
  presentProgress,
  presentTask,
  presentTaskStatus,
  shownState,
} from "./present.ts";
import { PushConfigs } from "./push.ts";
import { readAnswer, readBrief, readDecision } from "./read-message.ts";

/** How long a client that waits for the end of its task is kept waiting before it is told how far it is. */
const blockingWaitMs = 25_000;
const minutesPerTask = 1_440;
const reviewHours = 72;
const maxRevisions = 3;
const hoursOnTheBoard = 720;

/** Who speaks to which agent. */
interface Conversation {
  readonly agent: AgentProfile;
  readonly caller: Caller;
  /** Aborted when the client is gone, or its key has ended. */
  readonly gone: AbortSignal;
}

/** What A2A's messages to one agent of the house mean to the market (docs/a2a.md). Throws refusals. */
export class AgentConversation {
  readonly #context: DoorContext;
  readonly #conversation: Conversation;
  readonly #owner: A2aOwner;
  readonly #push: PushConfigs;

  constructor(context: DoorContext, conversation: Conversation) {
    this.#context = context;
    this.#conversation = conversation;
    this.#owner = { posterId: conversation.caller.partyId, agentId: conversation.agent.id };
    this.#push = new PushConfigs(context, (taskId) => this.#find(taskId));
  }

  async getAgentCard(): Promise<AgentCard> {
    return agentCardOf(this.#conversation.agent, this.#context.publicUrl());
  }

  /** A message begins a task, answers a question or decides on the work. Waits for its end unless asked not to. */
  async sendMessage({ message, metadata, configuration }: SendMessageRequest): Promise<Task> {
    const historyLength = readHistoryLength(configuration?.historyLength);
    const task = await this.#say(message, metadata, configuration?.taskPushNotificationConfig);
    const settled = configuration?.returnImmediately === true ? task : await this.#untilResting(task);
    return this.#present(settled, historyLength);
  }

  async *sendMessageStream({ message, metadata, configuration }: SendMessageRequest): AsyncGenerator<StreamResponse> {
    const historyLength = readHistoryLength(configuration?.historyLength);
    const task = await this.#say(message, metadata, configuration?.taskPushNotificationConfig);
    yield* this.#stream(task, historyLength);
  }

  async *resubscribe({ id }: SubscribeToTaskRequest): AsyncGenerator<StreamResponse> {
    const task = await this.#find(id);
    if (isTerminal(shownState(task))) throw new UnsupportedOperationError("The task is over: get it instead.");
    yield* this.#stream(task, undefined);
  }

  async getTask({ id, historyLength }: GetTaskRequest): Promise<Task> {
    const length = readHistoryLength(historyLength);
    return this.#present(await this.#find(id), length);
  }

  async listTasks(request: ListTasksRequest): Promise<ListTasksResponse> {
    const length = readHistoryLength(request.historyLength ?? 0);
    const query = readListQuery(request);
    const { pageSize } = query;
    // One more than asked for, to know whether there is another page.
    const { tasks, total } = query.isEmpty
      ? { tasks: [], total: 0 }
      : await readA2aList(this.#context.reads, { ...query, ...this.#owner, limit: pageSize + 1 });
    const page = tasks.slice(0, pageSize);
    const last = tasks.length > pageSize ? page.at(-1) : undefined;
    const ids = page.map(({ id }) => id);
    const histories = await readA2aHistory(this.#context.reads, ids, length);
    return {
      tasks: page.map((task) =>
        presentTask(task, {
          linkTo: this.#linkTo,
          history: histories.get(task.id) ?? [],
          tellsBrief: false,
          withArtifacts: request.includeArtifacts === true,
        }),
      ),
      nextPageToken: last === undefined ? "" : writePageToken(last),
      pageSize,
      totalSize: total,
    };
  }

  /** Paid work that has begun cannot be taken back from under the agent. */
  async cancelTask({ id }: CancelTaskRequest): Promise<Task> {
    const task = await this.#find(id);
    if (isTerminal(shownState(task))) throw new TaskNotCancelableError("The task is over.");
    const { posterId } = this.#owner;
    try {
      await this.#context.engine.execute(cancelTask, { taskId: task.id, posterId });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "task_wrong_state") throw error;
      throw new TaskNotCancelableError("The agent is at work on it; it can no longer be taken back.");
    }
    return this.#present(await this.#find(id), 0);
  }

  async createTaskPushNotificationConfig(config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig> {
    return this.#push.set(config);
  }

  async getTaskPushNotificationConfig(
    request: GetTaskPushNotificationConfigRequest,
  ): Promise<TaskPushNotificationConfig> {
    return this.#push.get(request);
  }

  async listTaskPushNotificationConfigs(
    request: ListTaskPushNotificationConfigsRequest,
  ): Promise<ListTaskPushNotificationConfigsResponse> {
    return this.#push.list(request);
  }

  async deleteTaskPushNotificationConfig(request: DeleteTaskPushNotificationConfigRequest): Promise<void> {
    await this.#push.remove(request);
  }

  async #find(id: string): Promise<A2aTask> {
    if (typeof id !== "string" || id.trim() === "")
      refuse("validation_failed", { message: "The id of a task is missing." });
    if (!isId(id)) refuse("task_not_found");
    return (await readA2aTask(this.#context.reads, id.toLowerCase(), this.#owner)) ?? refuse("task_not_found");
  }

  async #say(
    message: Message | undefined,
    metadata: SendMessageRequest["metadata"],
    push: TaskPushNotificationConfig | undefined,
  ): Promise<A2aTask> {
    if (message === undefined) refuse("validation_failed", { message: "The message is missing." });
    if (typeof message.messageId !== "string" || message.messageId === "") {
      refuse("validation_failed", { message: "The message has no messageId." });
    }
    const idempotency = this.#retryOf(message, metadata);
    // Before anything happens: a message with a bad address for its notifications begins nothing.
    if (push !== undefined) this.#push.read(push);
    if (message.taskId === "") {
      const begun = await this.#begin(message, metadata, idempotency);
      if (push !== undefined) await this.#push.add(begun, push);
      return begun;
    }
    const task = await this.#find(message.taskId);
    if (push !== undefined) await this.#push.add(task, push);
    if (message.contextId !== "" && message.contextId !== task.contextId) {
      refuse("validation_failed", { message: "The task belongs to another contextId." });
    }
    await this.#reply(task, message, idempotency);
    return this.#find(task.id);
  }

  async #begin(
    message: Message,
    metadata: SendMessageRequest["metadata"],
    idempotency: IdempotencyKey,
  ): Promise<A2aTask> {
    const { caller, agent } = this.#conversation;
    const sideOfAgent = agent.organizationId ?? agent.id;
    if (sideOfAgent === (caller.organizationId ?? caller.partyId)) refuse("own_task");
    const input = newTask(message, metadata, this.#conversation, this.#context);
    const { task } = await this.#context.engine.execute(postTask, input, { idempotency });
    return this.#find(task.id);
  }

  /** What it means depends on what the task waits for. */
  async #reply(task: A2aTask, message: Message, idempotency: IdempotencyKey): Promise<void> {
    const { engine } = this.#context;
    const { posterId } = this.#owner;
    const taskId = task.id;
    const options = { idempotency };
    if (task.state === "in_review") {
      const decision = readDecision(message);
      if (decision.verdict === "revise") {
        await engine.execute(requestRevision, { taskId, posterId, reason: decision.reason }, options);
      } else {
        const { rating, feedback } = decision;
        await engine.execute(
          approveSubmission,
          { taskId, reviewerId: posterId, rating, feedback, scores: null },
          options,
        );
      }
      return;
    }
    // Also when nothing is asked any more: the same message sent again is answered as it was.
    await engine.execute(answerQuestion, { taskId, posterId, ...readAnswer(message) }, options);
  }

  /** A client that has had no answer sends its message again, under the same messageId. */
  #retryOf(message: Message, metadata: SendMessageRequest["metadata"]): IdempotencyKey {
    const { agentId, posterId } = this.#owner;
    const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
    const said = JSON.stringify([MessageJson.toJSON(message), metadata ?? null]);
    return { scope: posterId, key: `a2a-${digest(`${agentId}\n${message.messageId}`)}`, fingerprint: digest(said) };
  }

  async #untilResting(task: A2aTask): Promise<A2aTask> {
    if (isResting(shownState(task))) return task;
    const signal = AbortSignal.any([this.#conversation.gone, AbortSignal.timeout(blockingWaitMs)]);
    const { id: taskId, eventCount: after } = task;
    let newest = task;
    for await (const _events of followTask(this.#context.eventFeed, { taskId, after, signal })) {
      newest = await this.#find(taskId);
      if (isResting(shownState(newest))) break;
    }
    return newest;
  }

  /** The task as it stands, then what happens to it, until it is over or waits for its poster. */
  async *#stream(task: A2aTask, historyLength: number | undefined): AsyncGenerator<StreamResponse> {
    yield { payload: { $case: "task", value: await this.#present(task, historyLength) } };
    if (isTerminal(shownState(task))) return;
    const { id: taskId, contextId, eventCount: after } = task;
    const ids = { taskId, contextId, metadata: undefined };
    let submissionId: Id | undefined = task.submission?.id;
    const place = { taskId, after, signal: this.#conversation.gone };
    for await (const events of followTask(this.#context.eventFeed, place)) {
      const newest = await this.#find(taskId);
      for (const event of events.filter(({ type }) => type === "progress.logged")) {
        yield { payload: { $case: "statusUpdate", value: { ...ids, status: presentProgress(newest, event) } } };
      }
      if (newest.submission !== null && newest.submission.id !== submissionId) {
        submissionId = newest.submission.id;
        for (const artifact of artifactsOf(newest, this.#linkTo)) {
          const value = { ...ids, artifact, append: false, lastChunk: true };
          yield { payload: { $case: "artifactUpdate", value } };
        }
      }
      if (events.some(({ type }) => type !== "progress.logged" && !type.startsWith("run."))) {
        yield { payload: { $case: "statusUpdate", value: { ...ids, status: presentTaskStatus(newest) } } };
      }
      if (isResting(shownState(newest))) return;
    }
  }

  async #present(task: A2aTask, historyLength: number | undefined): Promise<Task> {
    const length = historyLength ?? readHistoryLength(undefined);
    const histories = await readA2aHistory(this.#context.reads, [task.id], length);
    const history = histories.get(task.id) ?? [];
    const tellsBrief = length > history.length;
    return presentTask(task, { linkTo: this.#linkTo, history, tellsBrief, withArtifacts: true });
  }

  readonly #linkTo = (fileId: Id): string => this.#context.fileLinks.signedUrl(fileId);
}

/** A direct task for the agent, paid in credits at its price unless the message says otherwise. */
function newTask(
  message: Message,
  metadata: SendMessageRequest["metadata"],
  { agent, caller }: Conversation,
  { feeBasisPoints, clock }: DoorContext,
): PostTask {
  const { title, description, data, contextId, terms } = readBrief(message, metadata);
  const { currency, review } = terms;
  const price = Math.max(agent.pricePerTask, 1);
  const budget = terms.budget ?? price;
  if (currency === "credits" && budget < agent.pricePerTask) {
    refuse("budget_below_price", { details: { price: agent.pricePerTask } });
  }
  const context = contextId === null ? {} : { a2a: { contextId } };
  const inputs = { ...context, ...(data.length === 0 ? {} : { data }) };
  return {
    posterId: caller.partyId,
    intake: "direct",
    visibility: "private",
    agentId: agent.id,
    title,
    description,
    ...plainBrief,
    inputs: Object.keys(inputs).length === 0 ? null : inputs,
    currency,
    budget,
    allowance: null,
    spender: spenderOf(caller, clock()),
    feeBasisPoints,
    reviewPolicy: review,
    reviewHours,
    maxRevisions,
    timeLimitMinutes: minutesPerTask,
    expiresInHours: hoursOnTheBoard,
  };
}
