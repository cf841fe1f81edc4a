import { Type } from "@fastify/type-provider-typebox";
import { refuseParameter } from "./schemas.ts";

/** Words to search by; PostgreSQL knows no NUL. */
export const SearchWords = (options: { readonly description: string }) =>
  Type.String({ maxLength: 200, pattern: "^[^\\u0000]*$", ...options });

/** What cannot be decoded reaches us as it was written: a search for percent signs. Refuses `validation_failed`. */
export function refuseUnreadable(words: string | undefined, { url }: { readonly url: string }): void {
  if (words === undefined) return;
  try {
    decodeURIComponent(url);
  } catch {
    refuseParameter("q", "is not UTF-8.");
  }
}

/** Refuses `validation_failed`. */
export function refuseWordless(): never {
  return refuseParameter("q", "must have a word to look for.");
}

const wordsMax = 8;

/** The words in a text, as many as are searched for. */
export function wordsOf(text: string): string[] {
  return (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, wordsMax);
}
