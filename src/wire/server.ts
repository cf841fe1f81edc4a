import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyBaseLogger, LogController } from "fastify";
import { Refusal } from "../model/errors.ts";
import { errorsOf } from "./doors.ts";
import { renderFault } from "./shared/dialect.ts";
import { serializersMadeOnce } from "./shared/serializers.ts";
import { keyKindConstraint } from "./shared/shared-addresses.ts";
import type { WebApp } from "./web/web-app.ts";

const maxBodyBytes = 1_048_576;
const requestTimeoutMs = 150_000;
const keepAliveTimeoutMs = 72_000;

/**
 * The HTTP server before any door is mounted on it. What no route answers is the web app's, or refused by the door whose
 * address it is.
 */
export function createHttpServer(logger: FastifyBaseLogger, webApp: WebApp) {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500, constraints: { keyKind: keyKindConstraint } },
    // Types are what the document says: "1" is not a number.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    schemaController: { compilersFactory: { buildSerializer: serializersMadeOnce() } },
    // An unreadable address: no hook runs for it.
    frameworkErrors: (error, request, reply) => {
      reply.header("X-Request-Id", request.id);
      renderFault(errorsOf(request), error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error.code, socket as Socket),
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Callbacks, not promises: these two run for every request.
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("X-Request-Id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { method, url } = request;
    request.log.debug({ method, url, status: reply.statusCode, ms: reply.elapsedTime }, "answered");
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    renderFault(errorsOf(request), error, request, reply);
  });
  app.setNotFoundHandler(async (request, reply) => {
    if (await webApp.answer(request, reply)) return reply;
    return renderFault(errorsOf(request), new Refusal("route_not_found"), request, reply);
  });
  return app;
}

/** Bytes that are not HTTP: no request, so no door; the shortest true answer. */
function answerUnreadable(code: string | undefined, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const status = code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
