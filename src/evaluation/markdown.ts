import MarkdownIt, { type Token } from "markdown-it";

/** What a Markdown text is made of. */
export interface MarkdownOutline {
  readonly headings: readonly Heading[];
  /** Lists that stand in no other list. */
  readonly lists: readonly List[];
  readonly tables: readonly Table[];
  readonly blocks: readonly CodeBlock[];
  readonly paragraphs: number;
  /** The line on which a code block begins that is never closed; null: none is. */
  readonly unclosedBlockLine: number | null;
}

interface Heading {
  readonly level: number;
  readonly text: string;
  readonly line: number;
}

interface List {
  readonly items: number;
}

interface Table {
  readonly line: number;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Rows with more or fewer cells than the header. */
  readonly unevenRows: number;
}

interface CodeBlock {
  readonly language: string;
  readonly content: string;
}

/** Only blocks are of interest; what stands inside a line is not parsed, which also keeps the time linear. */
const parser = new MarkdownIt("default", { html: true, linkify: false, typographer: false, maxNesting: 20 });
parser.core.ruler.enableOnly(["normalize", "block"]);

const maxLength = 300_000;

/** Reads the blocks of a Markdown text; any text is one. Of a very long one only the beginning is read. */
export function readMarkdown(text: string): MarkdownOutline {
  const source = text.slice(0, maxLength).replace(/\r\n?/g, "\n");
  const lines = source.split("\n");
  const outline = { headings: [] as Heading[], lists: [] as List[], tables: [] as Table[], blocks: [] as CodeBlock[] };
  let paragraphs = 0;
  let unclosedBlockLine: number | null = null;
  const tokens = parser.parse(source, {});
  for (const [place, token] of tokens.entries()) {
    const line = (token.map?.[0] ?? 0) + 1;
    if (token.type === "heading_open") {
      const content = tokens[place + 1]?.content ?? "";
      outline.headings.push({ level: Number(token.tag.slice(1)), text: content, line });
    } else if (isOuterList(token)) outline.lists.push({ items: countItems(tokens, place) });
    else if (token.type === "table_open") outline.tables.push(readTable(tokens, place, lines));
    else if (token.type === "paragraph_open" && token.level === 0) paragraphs++;
    else if (token.type === "fence") {
      outline.blocks.push({
        language: token.info.trim().split(/\s/, 1)[0]?.toLowerCase() ?? "",
        content: token.content,
      });
      if (!isClosed(token, lines)) unclosedBlockLine = line;
    }
  }
  return { ...outline, paragraphs, unclosedBlockLine };
}

function isOuterList(token: Token): boolean {
  return token.level === 0 && (token.type === "bullet_list_open" || token.type === "ordered_list_open");
}

function countItems(tokens: readonly Token[], from: number): number {
  let items = 0;
  // By places, not by slices: there may be as many lists as lines.
  for (let place = from + 1; (tokens[place]?.level ?? 0) > 0; place++) {
    if (tokens[place]?.type === "list_item_open" && tokens[place]?.level === 1) items++;
  }
  return items;
}

function readTable(tokens: readonly Token[], from: number, lines: readonly string[]): Table {
  const [first, end] = tokens[from]?.map ?? [0, 0];
  const columns: string[] = [];
  for (let place = from; tokens[place] !== undefined && tokens[place]?.type !== "thead_close"; place++) {
    if (tokens[place]?.type === "th_open") columns.push(tokens[place + 1]?.content ?? "");
  }
  const rows = lines.slice(first + 2, end);
  const unevenRows = rows.filter((row) => countCells(row) !== columns.length).length;
  return { line: first + 1, columns, rows: rows.length, unevenRows };
}

/** The parser fills up short rows and cuts long ones, so cells are counted in the source. */
function countCells(row: string): number {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).length;
}

function isClosed(fence: Token, lines: readonly string[]): boolean {
  const [first, end] = fence.map ?? [0, 0];
  const last = (lines[end - 1] ?? "").replace(/^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*/, "").trimEnd();
  return end - 1 > first && last.startsWith(fence.markup) && last.replaceAll(fence.markup[0] ?? "`", "") === "";
}
