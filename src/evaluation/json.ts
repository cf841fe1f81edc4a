import { quote } from "./words.ts";

/** What a JSON text holds; or, with `fault`, why it cannot be read. */
export interface JsonContent {
  readonly fault: string | null;
  /** The objects of a list, or the one object there is; what keys are looked for in. */
  readonly objects: readonly object[];
  /** The keys of those objects, each once. */
  readonly keys: readonly string[];
  /** How many items the content's lists have: its own, or those directly below it. */
  readonly listLengths: readonly number[];
}

const maxObjects = 1_000;
const maxKeys = 1_000;

/** Reads JSON, or JSON Lines. Only the top two levels are looked at, so that depth does no harm. */
export function readJson(text: string): JsonContent {
  const parsed = parse(text);
  if ("fault" in parsed) return { fault: parsed.fault, objects: [], keys: [], listLengths: [] };
  const { value } = parsed;
  const lists = Array.isArray(value) ? [value] : isObject(value) ? Object.values(value).filter(Array.isArray) : [];
  const [longest = []] = lists.toSorted((a, b) => b.length - a.length);
  const inner = longest.slice(0, maxObjects).filter(isObject);
  const objects = isObject(value) ? [value, ...inner] : inner;
  const keys = new Set<string>();
  for (const object of objects) for (const key of Object.keys(object)) if (keys.size < maxKeys) keys.add(key);
  return { fault: null, objects, keys: [...keys], listLengths: lists.map((list) => list.length) };
}

function parse(text: string): { readonly value: unknown } | { readonly fault: string } {
  const trimmed = text.replace(/^\ufeff/, "").trim();
  try {
    return { value: JSON.parse(trimmed) };
  } catch (error) {
    const lines = trimmed.split("\n").filter((line) => line.trim() !== "");
    try {
      if (lines.length >= 2) return { value: lines.map((line): unknown => JSON.parse(line)) };
    } catch {
      // Not JSON Lines either: the first fault says more.
    }
    return { fault: faultOf(error, trimmed) };
  }
}

/** Where or at what reading stopped; the engine's own message would repeat parts of the text. */
function faultOf(error: unknown, text: string): string {
  if (text === "") return "it is empty";
  const message = String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) {
    const before = text.slice(0, Number(position));
    return `it breaks off at line ${before.split("\n").length}, character ${before.length - before.lastIndexOf("\n")}`;
  }
  const token = /Unexpected token '(.{1,4}?)'/su.exec(message)?.[1];
  return token === undefined ? "it is cut off" : `${quote(token)} stands where it must not`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
