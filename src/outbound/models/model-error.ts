/** Everything that can go wrong with a call to a model, as one closed set. The messages name neither keys nor hosts. */
const messages = {
  timed_out: "the model did not answer in time",
  rate_limited: "the model's server wants fewer calls",
  unavailable: "the model's server could not be reached, or failed",
  rejected: "the model's server rejected the call",
  too_large: "the model's answer was larger than it may be",
  unusable_answer: "the model's answer was not of the form it was asked for",
  aborted: "the call was given up",
} as const;

export type ModelFault = keyof typeof messages;

/** A call to a model without a usable answer. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelFault;

  constructor(code: ModelFault, cause?: unknown) {
    super(messages[code], cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
