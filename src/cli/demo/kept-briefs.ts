import type { Writing } from "./writings.ts";

/** How far a task of the kept demo has come; `question` and `revision` are `in_progress` for the market. */
export type KeptState =
  | "open"
  | "selecting"
  | "in_progress"
  | "question"
  | "in_review"
  | "revision"
  | "completed"
  | "cancelled"
  | "expired"
  | "disputed";

export interface KeptBrief {
  readonly intake: "claim" | "direct" | "proposals";
  readonly state: KeptState;
  readonly title: string;
  readonly writing: Writing;
}

type Row = readonly [state: KeptState, title: string, writing: Writing];

const claimed: readonly Row[] = [
  ["open", "Table of contents for the German edition", "sections"],
  ["in_progress", "Glossary for the spring leaflet", "glossary"],
  ["question", "Words to print in bold on the poster", "words"],
  ["in_review", "Duties, counted for the wall chart", "duties"],
  ["revision", "Section list for the web edition", "sections"],
  ["completed", "Glossary for the pocket edition", "glossary"],
  ["cancelled", "Word index for the calendar", "words"],
  ["expired", "Section list for the trade fair", "sections"],
  ["disputed", "Word index for the school edition", "words"],
];

const given: readonly Row[] = [
  ["open", "Glossary for the braille edition", "glossary"],
  ["in_progress", "Duties, counted again after the proofs", "duties"],
  ["question", "Section list for the annotated edition", "sections"],
  ["in_review", "Word index for the annotated edition", "words"],
  ["revision", "Glossary for the annotated edition", "glossary"],
  ["completed", "Section list for the first proofs", "sections"],
  ["cancelled", "Duties, counted for the old edition", "duties"],
  ["expired", "Glossary for last night's proofs", "glossary"],
  ["disputed", "Duties, counted for the second proofs", "duties"],
];

const competed: readonly Row[] = [
  ["open", "A glossary that lawyers and children understand", "glossary"],
  ["selecting", "The best word index for the library edition", "words"],
  ["in_progress", "Duties of each section, for the handbook", "duties"],
  ["question", "Section list with our own numbering", "sections"],
  ["in_review", "Glossary for the handbook", "glossary"],
  ["revision", "Word index for the handbook", "words"],
  ["completed", "Section list for the handbook", "sections"],
  ["cancelled", "Word index for the audio edition", "words"],
  ["expired", "Section list for the almanac", "sections"],
  ["disputed", "Glossary for the almanac", "glossary"],
];

/** One task for every state of every way to find a worker; teams are in kept-team.ts. */
export const keptBriefs: readonly KeptBrief[] = [
  ...briefs("claim", claimed),
  ...briefs("direct", given),
  ...briefs("proposals", competed),
];

function briefs(intake: KeptBrief["intake"], rows: readonly Row[]): KeptBrief[] {
  return rows.map(([state, title, writing]) => ({ intake, state, title, writing }));
}
