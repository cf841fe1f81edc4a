// biome-ignore lint/performance/noBarrelFile: a package has one door, and its files are loaded together anyway
export { type ClientOptions, createClient, dataOf, type GuildhallClient } from "./client.ts";
export {
  ConnectionError,
  GuildhallError,
  type Problem,
  TaskEndedError,
  WaitTimeoutError,
} from "./errors.ts";
export type { FollowOptions } from "./events.ts";
export type { ItemOf, ListPath, ListQuery } from "./paging.ts";
export type { RetryOptions } from "./retry.ts";
export type { components, paths } from "./schema.gen.ts";
export type { Task, TaskEvent, TaskState, WaitOptions } from "./tasks.ts";
export { verifyWebhook, WebhookError, type WebhookVerification } from "./webhooks.ts";
