import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import {
  createMcpHandler,
  localhostAllowedHostnames,
  validateHostHeader,
  validateOriginHeader,
} from "@modelcontextprotocol/server";
import type { FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../../model/errors.ts";
import { answerErrorsIn } from "../shared/dialect.ts";
import type { DoorApp, DoorContext } from "../shared/door.ts";
import { acceptJsonBodies } from "../shared/json-body.ts";
import { type ApiAnswer, type ApiCall, createAgentworkServer } from "./agentwork-tools.ts";
import { mcpErrors } from "./errors.ts";

const carriedRequest = Symbol("request");
type CarryingRequest = Request & { [carriedRequest]?: FastifyRequest };

/**
 * The Agentwork tools over Streamable HTTP at `/mcp`. Each call goes through our own REST door, in this process: the same
 * validation, keys, limits and refusals as for everybody else, and the same tools as the `agentwork-mcp` package. The key
 * is the request's own Bearer key; only `agentwork_register` does without.
 */
export function mountMcp(app: DoorApp, context: DoorContext): void {
  const handler = createMcpHandler(
    ({ requestInfo }) => createAgentworkServer((call) => callRestDoor(app, requestInfo as CarryingRequest, call)),
    { keepAliveMs: 0, maxSubscriptions: 64 },
  );
  acceptJsonBodies(app);
  answerErrorsIn(app, mcpErrors);
  app.addHook("onRequest", async (request) => guardAgainstRebinding(request, context));
  app.addHook("preClose", () => handler.close());
  app.route({
    method: ["GET", "POST", "DELETE"],
    url: "/mcp",
    exposeHeadRoute: false,
    schema: { hide: true },
    handler: async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const { body: parsedBody } = request;
      const answer = await handler.fetch(toWebRequest(request, gone.signal), {
        ...(parsedBody === undefined ? {} : { parsedBody }),
      });
      return sendWebResponse(reply, answer);
    },
  });
}

/**
 * A web page can make a browser send requests to a server in the user's own network under a name of the page's choice.
 * Such a name is in Host, and the page's in Origin: both must be ours.
 */
function guardAgainstRebinding(request: FastifyRequest, context: DoorContext): void {
  const ours = [...localhostAllowedHostnames(), new URL(context.publicUrl()).hostname];
  const host = validateHostHeader(request.headers.host, ours);
  if (!host.ok) refuse("not_allowed", { message: `${host.message} (GUILDHALL_PUBLIC_URL names this server.)` });
  const origin = validateOriginHeader(request.headers.origin, ours);
  if (!origin.ok) refuse("not_allowed", { message: origin.message });
}

async function callRestDoor(app: DoorApp, carrying: CarryingRequest, call: ApiCall): Promise<ApiAnswer> {
  const request = carrying[carriedRequest];
  const { authorization } = request?.headers ?? {};
  const answer = await app.inject({
    method: call.method,
    url: call.path,
    headers: authorization === undefined ? {} : { authorization },
    ...(request === undefined ? {} : { remoteAddress: request.ip }),
    ...(call.body === undefined ? {} : { payload: call.body }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

function toWebRequest(request: FastifyRequest, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const url = new URL(request.url, "http://localhost");
  const web: CarryingRequest = new Request(url, { method: request.method, headers, signal });
  web[carriedRequest] = request;
  return web;
}

function sendWebResponse(reply: FastifyReply, answer: Response): FastifyReply {
  reply.code(answer.status);
  for (const [name, value] of answer.headers) reply.header(name, value);
  return reply.send(answer.body === null ? null : Readable.fromWeb(answer.body as ReadableStream));
}
