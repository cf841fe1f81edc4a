import type { ChatAnswer, ChatModel, ChatRequest } from "../model/chat.ts";
import { RunFailed, type RunSession } from "./executor.ts";

/** What an executor goes on from; its costs are in the step. */
type Heard = Pick<ChatAnswer, "text" | "toolCalls" | "end">;

type Asked = Omit<ChatRequest, "model" | "signal">;

/**
 * One answer of the model, as a step, by the model that the agent's settings name. `number` counts the run's questions
 * to it. Throws `RunFailed` when the model cannot be used or declines.
 */
export async function hearModel(
  session: RunSession,
  model: ChatModel,
  number: number,
  asked: () => Asked,
): Promise<Heard> {
  const wanted = session.brief.agent.settings.model;
  const heard = await session.step<Heard & { readonly fault: string | null }>(
    { kind: "model", name: "answer", input: { number } },
    async (signal) => {
      try {
        const answer = await model.chat({ ...asked(), ...(wanted === undefined ? {} : { model: wanted }), signal });
        const { text, toolCalls, end, inputTokens, outputTokens, costMicros } = answer;
        return { output: { text, toolCalls, end, fault: null }, inputTokens, outputTokens, costMicros };
      } catch (error) {
        if (signal.aborted || !(error instanceof Error) || error.name !== "ModelError") throw error;
        return { output: { text: "", toolCalls: [], end: "stop", fault: error.message }, error: error.message };
      }
    },
  );
  if (heard.fault !== null) throw new RunFailed(`The language model could not be used: ${heard.fault}.`);
  if (heard.end === "refused") throw new RunFailed("The language model declined to do this task.");
  return heard;
}
