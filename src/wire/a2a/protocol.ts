import type { AgentCard, StreamResponse } from "@a2a-js/sdk";
import { A2A_ERROR_CODE, A2AError } from "@a2a-js/sdk/errors";
import {
  type A2ARequestHandler,
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
} from "@a2a-js/sdk/server";
import { Refusal } from "../../model/errors.ts";
import { toRefusal } from "../shared/faults.ts";
import { RefusedByMarket } from "./errors.ts";

/** A JSON-RPC answer, or for streaming methods one after the other. */
export type Answer = JsonRpcAnswer | AsyncGenerator<JsonRpcAnswer, void, undefined>;
export interface JsonRpcAnswer {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface Call {
  /** Already known to be a JSON-RPC request. */
  readonly body: Record<string, unknown>;
  /** The header A2A-Version; absent means 0.3, as the protocol says. */
  readonly version: string | undefined;
  readonly onFault: (error: unknown) => void;
}

/** Speaks A2A's JSON-RPC to whoever handles it; every error is in the protocol's words. */
export async function answerCall(handler: A2ARequestHandler, { body, version, onFault }: Call): Promise<Answer> {
  const context = new ServerCallContext(version === undefined ? {} : { requestedVersion: version });
  let wasReached = false;
  const named = namingErrors(handler, onFault, () => {
    wasReached = true;
  });
  try {
    validateVersion(context.requestedVersion, await handler.getAgentCard(), "JSONRPC");
  } catch (error) {
    return { jsonrpc: "2.0", id: idOf(body), error: JsonRpcTransportHandler.mapToJSONRPCError(error) };
  }
  const answer = await new JsonRpcTransportHandler(named).handle(body, context);
  if (Symbol.asyncIterator in answer || wasReached || codeOf(answer.error) !== A2A_ERROR_CODE.INTERNAL_ERROR)
    return answer;
  // The SDK stumbled over the parameters before anybody was asked.
  return {
    jsonrpc: "2.0",
    id: idOf(body),
    error: { code: A2A_ERROR_CODE.INVALID_PARAMS, message: "The parameters are not valid." },
  };
}

/** The one who was asked, with what it throws in the protocol's words. */
function namingErrors(handler: A2ARequestHandler, onFault: Call["onFault"], onReached: () => void): A2ARequestHandler {
  const rename = (error: unknown): A2AError => {
    if (error instanceof A2AError) return error;
    const refusal = toRefusal(error);
    if (refusal.kind === "internal") onFault(error);
    return new RefusedByMarket(refusal);
  };
  return new Proxy(handler, {
    get(target, name: keyof A2ARequestHandler) {
      return (...given: unknown[]) => {
        onReached();
        const method = target[name] as (...given: unknown[]) => Promise<AgentCard> | AsyncGenerator<StreamResponse>;
        const answer = method.apply(target, given);
        return Symbol.asyncIterator in answer
          ? renamingIn(answer, rename)
          : answer.catch((error: unknown) => Promise.reject(rename(error)));
      };
    },
  });
}

async function* renamingIn(
  stream: AsyncGenerator<StreamResponse>,
  rename: (error: unknown) => A2AError,
): AsyncGenerator<StreamResponse> {
  try {
    yield* stream;
  } catch (error) {
    throw rename(error);
  }
}

/** What ends a stream that has begun. */
export function errorAnswer(body: Record<string, unknown>, error: unknown): JsonRpcAnswer {
  const named = error instanceof A2AError ? error : new RefusedByMarket(new Refusal("internal"));
  return { jsonrpc: "2.0", id: idOf(body), error: JsonRpcTransportHandler.mapToJSONRPCError(named) };
}

function idOf({ id }: Record<string, unknown>): string | number | null {
  return typeof id === "string" || typeof id === "number" ? id : null;
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
