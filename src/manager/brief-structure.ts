/** A piece of work that a brief names. */
export interface BriefPart {
  readonly title: string;
  readonly text: string;
  /** Numbers (from 1) of earlier parts that its text says it needs. */
  readonly needs: readonly number[];
}

/** A brief's structure is looked for in this much of it. */
const maxSearched = 50_000;
const maxTitleLength = 120;

const numbered = /^ {0,3}(?:\d{1,3}[.)]|\(\d{1,3}\)) +(\S.*)$/;
const bulleted = /^ {0,3}[-*+•–] +(\S.*)$/;
const heading = /^ {0,3}(#{1,6}) +(\S.*?) *#*$/;
const fence = /^ {0,3}(?:```|~~~)/;
const references =
  /\b(?:after|based on|depends? on|builds? on|needs?|uses?|using|from)\s+(?:the\s+)?(?:results? of\s+|output of\s+)?(?:step|part|item|deliverable|point|no\.?|#)\s*(\d{1,3})/gi;
/** What a list of things to hand in is called. */
const announces =
  /\b(?:deliverables?|tasks?|subtasks?|parts?|steps?|scope|work packages?|sections?|hand in|to do|todo)\b[^.!?]{0,40}:?\s*$/i;

interface ListFound {
  readonly kind: "numbered" | "bulleted";
  readonly isAnnounced: boolean;
  /** Spaces before its first item. */
  readonly indent: number;
  readonly items: string[];
}

/**
 * The parts that a brief itself names, of two or more: the items of the list it announces as deliverables, else of its
 * longest numbered list, else of its longest bulleted list, else its headings. Without any: none.
 */
export function partsOfBrief(text: string): BriefPart[] {
  const lines = text.slice(0, maxSearched).split(/\r?\n/);
  const lists = listsIn(lines).filter(({ items }) => items.length >= 2);
  const longest = (some: readonly ListFound[]): ListFound | undefined =>
    some.reduce<ListFound | undefined>(
      (best, each) => (each.items.length > (best?.items.length ?? 0) ? each : best),
      undefined,
    );
  const list =
    longest(lists.filter(({ isAnnounced }) => isAnnounced)) ??
    longest(lists.filter(({ kind }) => kind === "numbered")) ??
    longest(lists);
  const texts = list?.items ?? sectionsIn(lines);
  return texts.map((item, index) => ({ title: titleOf(item), text: item.trim(), needs: needsOf(item, index) }));
}

/** Lists with their items; what is indented below an item belongs to it. */
function listsIn(lines: readonly string[]): ListFound[] {
  const lists: ListFound[] = [];
  let open: ListFound | undefined;
  let before = "";
  let inCode = false;
  for (const line of lines) {
    if (fence.test(line)) inCode = !inCode;
    const indent = line.length - line.trimStart().length;
    const isBelow = open !== undefined && indent >= open.indent + 2;
    const [kind, item] = inCode || isBelow ? [undefined, undefined] : itemIn(line);
    if (kind !== undefined && item !== undefined) {
      if (open?.kind !== kind) {
        open = { kind, isAnnounced: announces.test(before), indent, items: [] };
        lists.push(open);
      }
      open.items.push(item);
    } else if (open !== undefined && isBelow && line.trim() !== "") {
      open.items.push(`${open.items.pop() ?? ""}\n${line.trim()}`);
    } else if (line.trim() !== "") {
      open = undefined;
      before = line.trim();
    }
  }
  return lists;
}

function itemIn(line: string): ["numbered" | "bulleted", string] | [undefined, undefined] {
  const number = numbered.exec(line)?.[1];
  if (number !== undefined) return ["numbered", number];
  const bullet = bulleted.exec(line)?.[1];
  return bullet === undefined ? [undefined, undefined] : ["bulleted", bullet];
}

/** The headings of the highest level that there are two of, with what stands below them. */
function sectionsIn(lines: readonly string[]): string[] {
  const found = lines.flatMap((line, place) => {
    const match = heading.exec(line);
    return match === null ? [] : [{ place, level: match[1]?.length ?? 1, title: match[2] ?? "" }];
  });
  for (let level = 1; level <= 6; level++) {
    const here = found.filter((each) => each.level === level);
    if (here.length < 2) continue;
    return here.map(({ place, title }) => {
      const end = found.find((each) => each.place > place && each.level <= level)?.place ?? lines.length;
      return `${title}\n${lines.slice(place + 1, end).join("\n")}`.trim();
    });
  }
  return [];
}

/** The first line up to its colon, dash or full stop, without marks. */
function titleOf(item: string): string {
  const line = (item.split("\n", 1)[0] ?? "").replace(/[*_`~]+/g, "").trim();
  const head = /^(.{3,}?)(?::\s|\s[–—-]\s|[.;](?:\s|$)|:$)/.exec(line)?.[1] ?? line;
  const title = head.trim() === "" ? "Part" : head.trim();
  return title.length <= maxTitleLength ? title : `${title.slice(0, maxTitleLength - 1).toWellFormed()}…`;
}

function needsOf(item: string, index: number): number[] {
  const named = [...item.matchAll(references)].map((match) => Number(match[1]));
  return [...new Set(named)].filter((number) => number >= 1 && number <= index);
}
