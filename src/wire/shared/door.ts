import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { Pool } from "pg";
import type { Engine } from "../../engine/engine.ts";
import type { Instant } from "../../model/instant.ts";
import type { Networks } from "../../model/outside-url.ts";
import type { ExecutorKind, RunLimits } from "../../model/run.ts";
import type { FirstAdministrator } from "../../people/first-administrator.ts";
import type { People } from "../../people/people.ts";
import type { Sessions } from "../../people/sessions.ts";
import type { AgentworkTasks } from "../../store/agentwork-tasks.ts";
import type { ClubTasks } from "../../store/club-tasks.ts";
import type { EventFeed } from "../../store/event-feed.ts";
import type { KeyRing } from "../../store/keys.ts";
import type { SecretBox } from "../../store/secret-box.ts";
import type { TaskViews } from "../../store/task-views.ts";
import type { WorkFeed } from "../../store/work-feed.ts";
import type { DialectErrors } from "./dialect.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { FileLinks } from "./file-links.ts";
import type { Payments } from "./payments.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { SandboxHealth } from "./sandbox-health.ts";

/** What every door needs of the house. */
export interface DoorContext {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly keys: KeyRing;
  readonly taskViews: TaskViews;
  readonly people: People;
  readonly sessions: Sessions;
  readonly firstAdministrator: FirstAdministrator;
  readonly agentworkTasks: AgentworkTasks;
  /** Credits of the daily allowance that one Agentwork task takes. */
  readonly agentworkTaskCredits: number;
  readonly clubTasks: ClubTasks;
  readonly eventFeed: EventFeed;
  readonly workFeed: WorkFeed;
  /** How long one heartbeat keeps a lease. */
  readonly heartbeatSeconds: number;
  readonly clock: () => Instant;
  /** Derives keys, links and webhook secrets. */
  readonly secret: string;
  /** Seals what others entrust to us before it is stored. */
  readonly secretBox: SecretBox;
  readonly feeBasisPoints: number;
  readonly signupCredits: number;
  readonly signupCents: number;
  readonly allowHttpUrls: boolean;
  /** Private networks that may be called. */
  readonly openNetworks: Networks;
  /** Where clients reach this server, without a slash at the end. Known once it listens. */
  readonly publicUrl: () => string;
  /** Links to files, for whoever may read them; `signedUrl(fileId)` lasts one hour. */
  readonly fileLinks: FileLinks;
  readonly fileBytes: FileBytes;
  readonly rateLimiter: RateLimiter;
  readonly payments: Payments;
  /** How long whoever hires an agent directly waits for the result. */
  readonly executeMs: number;
  /** What one run may use at most. */
  readonly runLimits: RunLimits;
  /** Why this server cannot run agents of some kinds; empty where another process does it. */
  readonly unusableExecutors: () => Partial<Record<ExecutorKind, string>>;
  /** Whether agents' programs can be run here; null: this process runs none. */
  readonly sandbox: () => SandboxHealth | null;
}

/** A Fastify instance whose schemas are TypeBox. */
export type DoorApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** One route, or a few that belong together. */
export type Route<Context = DoorContext> = (app: DoorApp, context: Context) => void;

/** One wire protocol over the market. */
export interface Door {
  readonly name: string;
  readonly errors: DialectErrors;
  /** Title and key scheme of its OpenAPI document. */
  readonly document: FastifyDynamicSwaggerOptions;
  /** Adds its hooks and routes to an instance of its own. */
  mount(app: DoorApp, context: DoorContext): void;
}
