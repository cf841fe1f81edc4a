import { RunFailed } from "../runner/executor.ts";

/** Of one step, as JSON. */
const maxCharacters = 2_000_000;

/** NUL and halves of surrogate pairs, as JSON writes them; PostgreSQL stores neither. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * A value as it is read back once it has been stored, so that a run goes on from exactly what it would find after a
 * crash. Throws `RunFailed` when it is too large, or no JSON.
 */
export function storable<Value>(value: Value): Value {
  if (value === undefined) return null as Value;
  const text = toJson(value);
  if (text.length > maxCharacters) {
    throw new RunFailed(`A step of the run is larger than ${maxCharacters / 1_000_000} MB.`);
  }
  return JSON.parse(text.replace(unstorable, "$1\\ufffd"));
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    throw new RunFailed(`A step of the run cannot be stored: ${(error as Error).message}`);
  }
}
