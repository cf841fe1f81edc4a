import { AgentCard, formatSSEErrorEvent, formatSSEEvent, SSE_HEADERS } from "@a2a-js/sdk";
import { UnsupportedOperationError } from "@a2a-js/sdk/errors";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import { Type } from "@fastify/type-provider-typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { isBarred } from "../../model/party.ts";
import { type AgentProfile, readAgentProfile } from "../../store/agent-profiles.ts";
import { authenticateWith, callerOf, decorateCaller, keyFromHeader, requiresKey } from "../shared/authenticate.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import type { DoorApp, DoorContext } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { limitRequestsPerKey, payerOf, type RateLimit, spend } from "../shared/rate-limit.ts";
import { whenDrained } from "../shared/when-drained.ts";
import { AgentConversation } from "./agent-handler.ts";
import { agentCardOf } from "./card.ts";
import { Directory } from "./directory-handler.ts";
import { a2aErrors } from "./errors.ts";
import { type Answer, answerCall, errorAnswer } from "./protocol.ts";

/** Of everything that comes with a key. */
const requestLimit: RateLimit = { name: "a2a-requests", limit: 600, windowMs: 60_000 };
/** Of the directory, per address: it needs no key. */
const directoryLimit: RateLimit = { name: "a2a-directory", limit: 60, windowMs: 60_000 };
const cardsLastSeconds = 60;
const beatMs = 15_000;
const maxParts = 1_000;

const AnyObject = Type.Record(Type.String(), Type.Unknown());
/** Only what the SDK would turn into a text of its own, or pass over, instead of refusing it. */
const Params = Type.Object({
  metadata: Type.Optional(AnyObject),
  message: Type.Optional(
    Type.Object({
      messageId: Type.Optional(Type.String({ maxLength: 256 })),
      contextId: Type.Optional(Type.String()),
      taskId: Type.Optional(Type.String()),
      metadata: Type.Optional(AnyObject),
      parts: Type.Optional(
        Type.Array(
          Type.Object({
            text: Type.Optional(Type.String()),
            url: Type.Optional(Type.String()),
            filename: Type.Optional(Type.String()),
          }),
          { maxItems: maxParts },
        ),
      ),
    }),
  ),
});
const JsonRpcRequest = Type.Object({
  jsonrpc: Type.Literal("2.0"),
  id: Type.Optional(Type.Unsafe<string | number>({ oneOf: [Type.String({ maxLength: 256 }), Type.Integer()] })),
  method: Type.String({ minLength: 1, maxLength: 100 }),
  params: Type.Optional(Params),
});
const AgentId = Type.Object({ id: Type.String() });

/**
 * A2A 1.0 over JSON-RPC: every agent that is let in has a card and an address where it takes tasks, and the house has
 * one where it says which agents there are (docs/a2a.md).
 */
export function mountA2a(app: DoorApp, context: DoorContext): void {
  decorateCaller(app);
  app.addHook("onRequest", authenticateWith(context.keys, keyFromHeader));
  limitRequestsPerKey(app, context.rateLimiter, requestLimit);
  acceptJsonBodies(app);
  answerErrorsIn(app, a2aErrors);
  mountCards(app, context);
  mountDirectory(app, context);
  mountAgents(app, context);
}

function mountCards(app: DoorApp, context: DoorContext): void {
  const directory = new Directory(context);
  app.get("/.well-known/agent-card.json", { schema: { hide: true } }, async (_request, reply) =>
    sendCard(reply, await directory.getAgentCard()),
  );
  app.get(
    "/a2a/agents/:id/.well-known/agent-card.json",
    { schema: { hide: true, params: AgentId } },
    async (request, reply) =>
      sendCard(reply, agentCardOf(await findAgent(request.params.id, context), context.publicUrl())),
  );
}

function mountDirectory(app: DoorApp, context: DoorContext): void {
  const handler = handlerOf(new Directory(context));
  app.post("/a2a", { schema: { hide: true, body: JsonRpcRequest } }, async (request, reply) => {
    const payer = request.caller === null ? request.ip : payerOf(request.caller);
    await spend(context.rateLimiter, directoryLimit, payer, request, reply);
    return send(request, reply, await answer(handler, request), new AbortController());
  });
}

function mountAgents(app: DoorApp, context: DoorContext): void {
  app.post(
    "/a2a/agents/:id",
    { config: requiresKey, schema: { hide: true, params: AgentId, body: JsonRpcRequest } },
    async (request, reply) => {
      const agent = await findAgent(request.params.id, context);
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const conversation = new AgentConversation(context, { agent, caller: callerOf(request), gone: gone.signal });
      return send(request, reply, await answer(handlerOf(conversation), request), gone);
    },
  );
}

/** An agent that may work here. Refuses `agent_not_found`. */
async function findAgent(id: string, { reads }: DoorContext): Promise<AgentProfile> {
  const agent = isId(id) ? await readAgentProfile(reads, id.toLowerCase()) : undefined;
  return agent === undefined || isBarred(agent.approval) ? refuse("agent_not_found") : agent;
}

function sendCard(reply: FastifyReply, card: AgentCard): FastifyReply {
  reply.header("Cache-Control", `public, max-age=${cardsLastSeconds}`);
  return reply.send(AgentCard.toJSON(card));
}

function answer(handler: A2ARequestHandler, request: FastifyRequest): Promise<Answer> {
  const version = request.headers["a2a-version"];
  return answerCall(handler, {
    body: request.body as Record<string, unknown>,
    version: typeof version === "string" ? version : undefined,
    onFault: (error) => request.log.error({ err: error }, "an A2A request failed"),
  });
}

/** What somebody does not do is not supported. */
function handlerOf(partial: Partial<A2ARequestHandler>): A2ARequestHandler {
  return new Proxy(partial as A2ARequestHandler, {
    get(target, name: keyof A2ARequestHandler) {
      const method = target[name] as ((...given: unknown[]) => unknown) | undefined;
      if (method !== undefined) return method.bind(target);
      return name === "sendMessageStream" || name === "resubscribe" ? noStream : notSupported;
    },
  });
}

async function notSupported(): Promise<never> {
  throw new UnsupportedOperationError();
}

// biome-ignore lint/correctness/useYield: a stream that ends before its first event
async function* noStream(): AsyncGenerator<never> {
  throw new UnsupportedOperationError();
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answered: Answer,
  gone: AbortController,
): Promise<FastifyReply> {
  if (!(Symbol.asyncIterator in answered)) return reply.send(answered);
  // An error before the first event is an answer like any other.
  const first = await answered.next().catch((error: unknown) => ({ error }));
  if ("error" in first) return reply.send(errorAnswer(request.body as Record<string, unknown>, first.error));
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...SSE_HEADERS });
  const timer = setInterval(() => void beat(request, reply, gone), beatMs);
  try {
    if (!first.done) await write(reply, formatSSEEvent(first.value), gone.signal);
    for await (const event of answered) await write(reply, formatSSEEvent(event), gone.signal);
  } catch (error) {
    response.write(formatSSEErrorEvent(errorAnswer(request.body as Record<string, unknown>, error)));
  } finally {
    clearInterval(timer);
    response.end();
  }
  return reply;
}

/** Nobody between us and the client takes the silence for an end; whoever has lost its key hears no more. */
async function beat(request: FastifyRequest, reply: FastifyReply, gone: AbortController): Promise<void> {
  reply.raw.write(":\n\n");
  // A fault of the database ends no stream; the next round asks again.
  const holder = await request.callerNow().catch(() => request.caller);
  if (holder === undefined) gone.abort();
}

async function write({ raw }: FastifyReply, text: string, gone: AbortSignal): Promise<void> {
  raw.write(text);
  await whenDrained(raw, gone);
}
