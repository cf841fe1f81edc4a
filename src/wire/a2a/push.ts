import {
  type DeleteTaskPushNotificationConfigRequest,
  type GetTaskPushNotificationConfigRequest,
  type ListTaskPushNotificationConfigsRequest,
  type ListTaskPushNotificationConfigsResponse,
  StreamResponse,
  type TaskPushNotificationConfig,
} from "@a2a-js/sdk";
import { v7 as newId } from "uuid";
import { refuse } from "../../model/errors.ts";
import type { Id } from "../../model/ids.ts";
import { checkOutsideUrl } from "../../model/outside-url.ts";
import {
  openPush,
  type PushTarget,
  readPushTargets,
  removePushTarget,
  type StoredTarget,
  setPushTarget,
} from "../../store/a2a-push.ts";
import type { A2aTask } from "../../store/a2a-tasks.ts";
import { SecretUnreadable } from "../../store/secret-box.ts";
import type { DoorContext } from "../shared/door.ts";
import { presentTask } from "./present.ts";

const maxTextLength = 2_000;
/** Written into headers as they are. */
const headerText = /^[\x20-\x7e]*$/;

/** Finds a task of the caller's. Refuses `task_not_found`. */
type FindTask = (taskId: string) => Promise<A2aTask>;

/** Push notifications (A2A, 4.3): they go the way of webhooks, and so does their retrying. */
export class PushConfigs {
  readonly #context: DoorContext;
  readonly #find: FindTask;

  constructor(context: DoorContext, find: FindTask) {
    this.#context = context;
    this.#find = find;
  }

  async set(config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig> {
    const task = await this.#find(config.taskId);
    return this.add(task, config);
  }

  /** Of a task that is known to be the caller's. */
  async add(task: A2aTask, config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig> {
    const { reads, clock, secretBox } = this.#context;
    const target = this.read(config);
    await setPushTarget(reads, secretBox, {
      ...target,
      id: newId(),
      taskId: task.id,
      posterId: task.posterId,
      createdAt: clock(),
    });
    return present(task.id, target);
  }

  /** Refuses `validation_failed`. */
  read({ id, url, token, authentication }: TaskPushNotificationConfig): PushTarget {
    const { allowHttpUrls: allowHttp, openNetworks } = this.#context;
    const { scheme = "", credentials = "" } = authentication ?? {};
    for (const [name, text] of Object.entries({ id, token, scheme, credentials })) {
      if (typeof text !== "string" || text.length > maxTextLength || !headerText.test(text)) {
        refuse("validation_failed", { message: `${name} must be printable ASCII, at most 2,000 characters.` });
      }
    }
    if (typeof url !== "string") refuse("validation_failed", { message: "url must be a text." });
    checkOutsideUrl(url, { field: "url", allowHttp, openNetworks });
    return { configId: id === "" ? newId() : id, url, token, scheme, credentials };
  }

  async get({ taskId, id }: GetTaskPushNotificationConfigRequest): Promise<TaskPushNotificationConfig> {
    const task = await this.#find(taskId);
    const [target] = await readPushTargets(this.#context.reads, task.id, id);
    if (target === undefined) refuse("webhook_not_found", { message: "No such push notification config." });
    return present(task.id, this.#open(target));
  }

  async list(request: ListTaskPushNotificationConfigsRequest): Promise<ListTaskPushNotificationConfigsResponse> {
    const task = await this.#find(request.taskId);
    const targets = await readPushTargets(this.#context.reads, task.id);
    return { configs: targets.map((target) => present(task.id, this.#open(target))), nextPageToken: "" };
  }

  async remove({ taskId, id }: DeleteTaskPushNotificationConfigRequest): Promise<void> {
    const task = await this.#find(taskId);
    await removePushTarget(this.#context.reads, task.id, id);
  }

  /** One that cannot be opened is shown without its token, so that its owner can set it anew. */
  #open({ id, url, push }: StoredTarget): PushTarget {
    try {
      return { url, ...openPush(this.#context.secretBox, id, push) };
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
      return { url, ...push, token: "", credentials: "" };
    }
  }
}

/** What a push notification says: the whole task as it is by then. */
export function pushBody(task: A2aTask, linkTo: (fileId: Id) => string): unknown {
  const value = presentTask(task, { linkTo, history: [], tellsBrief: false, withArtifacts: true });
  return StreamResponse.toJSON({ payload: { $case: "task", value } });
}

/** The credentials stay with us. */
function present(taskId: Id, { configId: id, url, token, scheme }: PushTarget): TaskPushNotificationConfig {
  const authentication = scheme === "" ? undefined : { scheme, credentials: "" };
  return { tenant: "", id, taskId, url, token, authentication };
}
