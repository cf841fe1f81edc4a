import type { Message, Part } from "@a2a-js/sdk";
import { refuse } from "../../model/errors.ts";
import { type Currency, isAmount } from "../../model/money.ts";
import type { QuestionAnswer } from "../../model/question.ts";
import { termsExtension } from "./card.ts";

/** What a client says, as the market wants to hear it. */

const maxTextLength = 100_000;
const maxTitleLength = 200;
const maxContextLength = 200;
const maxAnswers = 100;
const maxRating = 5;

type Fields = Readonly<Record<string, unknown>>;

export interface NewBrief {
  readonly title: string;
  readonly description: string;
  /** What came as data, in its order. */
  readonly data: readonly unknown[];
  readonly contextId: string | null;
  readonly terms: Terms;
}

interface Terms {
  readonly budget: number | null;
  readonly currency: Currency;
  readonly review: "manual" | "auto";
}

/** Reads a message that begins a task. Refuses `validation_failed`, `content_type_unsupported`. */
export function readBrief(message: Message, requestMetadata: Fields | undefined): NewBrief {
  const { text, data } = readParts(message);
  if (text.trim() === "" && data.length === 0) invalid("The message has neither text nor data.");
  const description = text.trim() === "" ? JSON.stringify(data, null, 2) : text;
  if (description.length > maxTextLength) invalid("The message has more than 100,000 characters.");
  if (message.contextId.length > maxContextLength) invalid("contextId has more than 200 characters.");
  const fields = { ...termsIn(requestMetadata), ...termsIn(message.metadata) };
  return {
    title: readTitle(fields.title) ?? firstLine(description),
    description,
    data,
    contextId: message.contextId === "" ? null : message.contextId,
    terms: readTerms(fields),
  };
}

/** Reads the answer to a question: structured (`{"answers": [...]}` as data), or text. */
export function readAnswer(message: Message): {
  readonly answers: readonly QuestionAnswer[] | null;
  readonly text: string | null;
} {
  const { text, data } = readParts(message);
  const structured = data.map(fieldsOf).find(({ answers }) => answers !== undefined)?.answers;
  if (structured !== undefined) return { answers: readAnswers(structured), text: null };
  const words = text.trim() === "" && data.length > 0 ? JSON.stringify(data) : text;
  if (words.trim() === "") invalid("The answer is empty.");
  return { answers: null, text: bounded(words, "The answer") };
}

export type Decision =
  | { readonly verdict: "approve"; readonly rating: number | null; readonly feedback: string | null }
  | { readonly verdict: "revise"; readonly reason: string };

const approvals = /^(approve|approved|accept|accepted)[.!]?$/i;
const revision = /^revise\s*:\s*(\S[\s\S]*)$/i;

/**
 * Reads what the poster says of the work: `approve`, `revise: …`, or the same as data. Anything else is refused, because
 * money hangs on it.
 */
export function readDecision(message: Message): Decision {
  const { text, data } = readParts(message);
  const given = data.map(fieldsOf).find(({ verdict }) => verdict !== undefined);
  if (given !== undefined) return readVerdict(given);
  const said = text.trim();
  if (approvals.test(said)) return { verdict: "approve", rating: null, feedback: null };
  const reason = revision.exec(said)?.[1];
  if (reason !== undefined) return { verdict: "revise", reason: bounded(reason, "The reason") };
  return invalid('The work waits for a decision: reply "approve", or "revise: " followed by what must change.');
}

function readVerdict({ verdict, rating = null, feedback = null, reason = null }: Fields): Decision {
  if (verdict === "revise") {
    if (typeof reason !== "string" || reason.trim() === "") invalid("A revision needs a reason.");
    return { verdict, reason: bounded(reason, "The reason") };
  }
  if (verdict !== "approve") invalid("verdict must be approve or revise.");
  const isRating = typeof rating === "number" && Number.isInteger(rating) && rating >= 1 && rating <= maxRating;
  if (rating !== null && !isRating) invalid("rating must be a whole number from 1 to 5.");
  if (feedback !== null && typeof feedback !== "string") invalid("feedback must be a text.");
  return {
    verdict,
    rating: isRating ? rating : null,
    feedback: typeof feedback === "string" ? bounded(feedback, "feedback") : null,
  };
}

function readAnswers(value: unknown): QuestionAnswer[] {
  if (!Array.isArray(value) || value.length > maxAnswers) invalid("answers must be a list of at most 100 answers.");
  return value.map(fieldsOf).map(({ question_index: index, selected }) => {
    const isText = typeof selected === "string" && selected.length <= maxTextLength;
    const isList =
      Array.isArray(selected) &&
      selected.length <= maxAnswers &&
      selected.every((each) => typeof each === "string" && each.length <= maxTextLength);
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || !(isText || isList)) {
      invalid("Each answer has a question_index from 0 and selected, a text or a list of texts.");
    }
    return { questionIndex: index, selected };
  });
}

/** Words and data of a message; addresses of files are words to the worker. */
function readParts(message: Message): { readonly text: string; readonly data: readonly unknown[] } {
  const texts: string[] = [];
  const data: unknown[] = [];
  for (const { content, filename } of message.parts) {
    if (content?.$case === "text") texts.push(requireText(content.value));
    else if (content?.$case === "data") data.push(content.value);
    else if (content?.$case === "url") texts.push(describeFile(content.value, filename));
    else refuse("content_type_unsupported", { message: "Files come as addresses (url), not as bytes (raw)." });
  }
  return { text: texts.join("\n\n"), data };
}

function describeFile(url: string, filename: Part["filename"]): string {
  return filename === "" ? requireText(url) : `${requireText(filename)}: ${requireText(url)}`;
}

/** The SDK passes on whatever stood where a text should be. */
function requireText(value: unknown): string {
  return typeof value === "string" ? value : invalid("A part's text must be a text.");
}

function termsIn(metadata: Fields | undefined): Fields {
  return fieldsOf(metadata?.[termsExtension]);
}

function readTerms({ budget = null, currency = "credits", review = "manual" }: Fields): Terms {
  const isBudget = typeof budget === "number" && isAmount(budget);
  if (budget !== null && !isBudget) invalid("budget must be a whole number from 1 to 1,000,000,000.");
  if (currency !== "credits" && currency !== "usd") invalid("currency must be credits or usd.");
  if (currency === "usd" && !isBudget) invalid("A task in usd needs a budget: prices are in credits.");
  if (review !== "manual" && review !== "auto") invalid("review must be manual or auto.");
  return { budget: isBudget ? budget : null, currency, review };
}

function readTitle(title: unknown): string | null {
  if (title === undefined) return null;
  const isTitle = typeof title === "string" && title.trim() !== "" && title.length <= maxTitleLength;
  return isTitle ? title : invalid("title must be a text of 1 to 200 characters.");
}

/** By characters, not by the halves of one. */
function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  const characters = [...line];
  return characters.length <= maxTitleLength / 2 ? line : `${characters.slice(0, maxTitleLength / 2 - 1).join("")}…`;
}

function bounded(text: string, what: string): string {
  return text.length <= maxTextLength ? text : invalid(`${what} has more than 100,000 characters.`);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function invalid(message: string): never {
  return refuse("validation_failed", { message });
}
