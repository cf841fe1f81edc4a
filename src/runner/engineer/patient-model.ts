import { setTimeout as pause } from "node:timers/promises";
import type { ChatModel } from "../../model/chat.ts";

/** Faults of a model's server that pass: those of a `ModelError`. */
const passing = new Set(["timed_out", "rate_limited", "unavailable"]);

/**
 * A model that is asked again after pauses when its server is away, beyond the seconds of its own attempts: hours of work
 * are not given up for a server that is started anew.
 */
export function patientModel(model: ChatModel, pausesMs: readonly number[]): ChatModel {
  return {
    name: model.name,
    async chat(request) {
      for (const pauseMs of pausesMs) {
        try {
          return await model.chat(request);
        } catch (error) {
          const code = error instanceof Error && "code" in error ? error.code : undefined;
          if (request.signal.aborted || !passing.has(String(code))) throw error;
          await pause(pauseMs, undefined, { signal: request.signal });
        }
      }
      return model.chat(request);
    },
  };
}
