import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { Pool } from "pg";
import type { Engine } from "../../engine/engine.ts";
import type { KeyRing } from "../../store/keys.ts";
import type { TaskViews } from "../../store/task-views.ts";

/** What this door needs of the house. */
export interface AgentMarketContext {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly keys: KeyRing;
  readonly taskViews: TaskViews;
  /** Derives keys and webhook secrets. */
  readonly secret: string;
  readonly feeBasisPoints: number;
  readonly signupCredits: number;
  readonly allowHttpUrls: boolean;
}

export type AgentMarketApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** One route of this door. */
export type AgentMarketRoute = (app: AgentMarketApp, context: AgentMarketContext) => void;
