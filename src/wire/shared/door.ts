import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { Pool } from "pg";
import type { Engine } from "../../engine/engine.ts";
import type { Instant } from "../../model/instant.ts";
import type { KeyRing } from "../../store/keys.ts";
import type { TaskViews } from "../../store/task-views.ts";
import type { DialectErrors } from "./dialect.ts";

/** What every door needs of the house. */
export interface DoorContext {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly keys: KeyRing;
  readonly taskViews: TaskViews;
  readonly clock: () => Instant;
  /** Derives keys, links and webhook secrets. */
  readonly secret: string;
  readonly feeBasisPoints: number;
  readonly signupCredits: number;
  readonly signupCents: number;
  readonly allowHttpUrls: boolean;
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
