import type { ChatModel } from "../model/chat.ts";
import type { Id } from "../model/ids.ts";
import type { ExecutorKind } from "../model/run.ts";
import { openA2a } from "../runner/a2a/a2a.ts";
import { openCommand } from "../runner/command/command.ts";
import { type CallEndpoint, openEndpoint } from "../runner/endpoint.ts";
import { openEngineer } from "../runner/engineer/engineer.ts";
import { type Executors, RunFailed, type UnavailableExecutor } from "../runner/executor.ts";
import { openPrompt } from "../runner/prompt.ts";
import type { Limits } from "../runner/sandbox/limits.ts";
import type { NetworkAccess } from "../runner/sandbox/proxy.ts";
import type { Sandbox } from "../runner/sandbox/sandbox.ts";
import { type SecretBox, SecretUnreadable } from "../store/secret-box.ts";

/** What executors are made of. */
export interface ExecutorParts {
  /** null: none is configured. */
  readonly chat: ChatModel | null;
  readonly callEndpoint: CallEndpoint;
  /** The guarded fetch, for agents of other servers. */
  readonly fetch: typeof globalThis.fetch;
  /** Opens what such agents' operators gave us for them. */
  readonly secretBox: SecretBox;
  readonly sandbox: Sandbox;
  /** For programs whose agents may reach hosts outside. */
  readonly connect: NetworkAccess["connect"];
  /** Of each program that agents run. */
  readonly limits: Partial<Limits>;
}

const noModel: UnavailableExecutor = {
  unavailable: "No language model is configured on this server (MODEL_BASE_URL or ANTHROPIC_API_KEY).",
};

/** Every way in which this server runs an agent, or why it cannot. */
export function openExecutors(parts: ExecutorParts): Executors {
  const { chat, callEndpoint, fetch, secretBox, sandbox, connect, limits } = parts;
  const noSandbox =
    sandbox.refusal === null ? null : { unavailable: `The sandbox does not hold here: ${sandbox.refusal}` };
  return {
    prompt: chat === null ? noModel : openPrompt(chat),
    endpoint: openEndpoint(callEndpoint),
    engineer: chat === null ? noModel : (noSandbox ?? openEngineer({ model: chat, sandbox, connect, limits })),
    command: noSandbox ?? openCommand({ sandbox, connect, limits }),
    a2a: openA2a({ fetch, open: (sealed, agentId) => openAuthorization(secretBox, sealed, agentId) }),
  };
}

/** Those that can be used. */
export function usableKinds(executors: Executors): ExecutorKind[] {
  return kinds(executors).filter((kind) => typeof executors[kind] === "function");
}

/** Why each of the others cannot. */
export function unusableKinds(executors: Executors): Partial<Record<ExecutorKind, string>> {
  return Object.fromEntries(
    kinds(executors).flatMap((kind) => {
      const executor = executors[kind];
      return typeof executor === "function" ? [] : [[kind, executor.unavailable]];
    }),
  );
}

function openAuthorization(box: SecretBox, sealed: string, agentId: Id): string {
  try {
    return box.open(sealed, { id: agentId, field: "executor authorization" });
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    throw new RunFailed("The agent's authorization cannot be read on this server: its operator must set it again.");
  }
}

function kinds(executors: Executors): ExecutorKind[] {
  return Object.keys(executors) as ExecutorKind[];
}
