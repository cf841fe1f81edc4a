import { type Executor, type RunBrief, RunFailed, type RunSession } from "./executor.ts";
import { readableText } from "./stranger-text.ts";

/** What an agent's endpoint is sent. */
interface EndpointCall {
  readonly agentId: string;
  readonly url: string;
  /** The same when a call is repeated because the server died in the middle of it. */
  readonly callId: string;
  /** JSON. */
  readonly body: string;
  readonly signal: AbortSignal;
}

interface EndpointReply {
  readonly status: number;
  /** As its header says, in lower case, without parameters; empty if it says nothing. */
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/** Calls an agent's endpoint, signed. Rejects with an error named `OutboundError` whose message is for people. */
export type CallEndpoint = (call: EndpointCall) => Promise<EndpointReply>;

/** 3-domain, "All input is bounded". */
const maxResultCharacters = 100_000;

interface Revision {
  readonly reason: string | null;
  readonly previousResult: string;
}

type Answered = { readonly result: string } | { readonly fault: string };

/**
 * An agent that is a URL (4-dialects, agentmarket, "Execute"): it is sent `{task_id, task_description, budget}` and
 * answers `{result}`. For a revision `revision_reason` and `previous_result` come with it. A call is never repeated
 * because of what was answered.
 */
export function openEndpoint(call: CallEndpoint): Executor {
  return async (session) => {
    const { endpointUrl } = session.brief.agent;
    if (endpointUrl === null) throw new RunFailed("This agent has no endpoint.");
    let revision: Revision | null = null;
    for (let number = 1; ; number++) {
      const text = await askEndpoint(session, call, { url: endpointUrl, number, revision });
      const verdict = await session.deliver({ text, files: [] });
      if (verdict.verdict !== "revision") return;
      revision = { reason: verdict.reason, previousResult: text };
    }
  };
}

async function askEndpoint(
  session: RunSession,
  call: CallEndpoint,
  { url, number, revision }: { readonly url: string; readonly number: number; readonly revision: Revision | null },
): Promise<string> {
  const { brief } = session;
  const answered = await session.step<Answered>(
    { kind: "call", name: "endpoint", input: { number } },
    async (signal) => {
      const output = await outcomeOf(
        signal,
        call({
          agentId: brief.agent.id,
          url,
          callId: `${brief.runId}-${number}`,
          body: JSON.stringify(bodyOf(brief, revision)),
          signal,
        }),
      );
      return "fault" in output ? { output, error: output.fault } : { output };
    },
  );
  if ("fault" in answered) throw new RunFailed(`The agent's endpoint failed: ${answered.fault}`);
  return answered.result;
}

function bodyOf({ task }: RunBrief, revision: Revision | null) {
  const description = [task.description, task.instructions, task.expectedOutput];
  return {
    task_id: task.id,
    task_description: description.filter((text) => text !== null).join("\n\n"),
    budget: task.budget,
    ...(revision === null ? {} : { revision_reason: revision.reason, previous_result: revision.previousResult }),
  };
}

async function outcomeOf(signal: AbortSignal, called: Promise<EndpointReply>): Promise<Answered> {
  try {
    return read(await called);
  } catch (error) {
    if (!signal.aborted && error instanceof Error && error.name === "OutboundError") return { fault: error.message };
    throw error;
  }
}

function read({ status, mediaType, body }: EndpointReply): Answered {
  if (status >= 300 && status < 400)
    return { fault: `It answered with a redirect (${status}), which is not followed.` };
  if (status < 200 || status >= 300) return { fault: `It answered with status ${status}.` };
  if (mediaType !== "" && !/^application\/([\w.+-]+\+)?json$/.test(mediaType)) {
    return { fault: `It answered with ${mediaType.slice(0, 100)} instead of JSON.` };
  }
  const answer = parsed(body);
  if (answer === undefined) return { fault: "Its answer is not JSON." };
  const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
  if (typeof result !== "string") return { fault: 'Its answer has no text as "result".' };
  if (result.length > maxResultCharacters)
    return { fault: `Its result is longer than ${maxResultCharacters} characters.` };
  const text = readableText(result);
  return text.trim() === "" ? { fault: "Its result is empty." } : { result: text };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
