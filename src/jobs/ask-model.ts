import { modelCheck, modelNotAsked } from "../evaluation/check-coherence.ts";
import { type ModelQuestion, modelAnswer } from "../evaluation/model-question.ts";
import type { EvaluationCheck } from "../model/evaluation.ts";
import type { LanguageModels } from "../outbound/models/language-models.ts";
import { ModelError } from "../outbound/models/model-error.ts";

const maxOutputTokens = 1_000;

/** A model's view of a delivery, as one check among others. What goes wrong with the model makes only this one void. */
export async function askModel(
  models: LanguageModels | null,
  question: ModelQuestion | null,
  signal: AbortSignal,
): Promise<EvaluationCheck> {
  if (models === null || question === null) return modelNotAsked("no model is configured");
  try {
    const { value } = await models.completeObject({ ...question, schema: modelAnswer, maxOutputTokens, signal });
    return modelCheck(value.score, value.reason);
  } catch (error) {
    if (error instanceof ModelError) return modelNotAsked(error.message);
    throw error;
  }
}
