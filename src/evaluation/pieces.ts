import { type MarkdownOutline, readMarkdown } from "./markdown.ts";
import type { Delivery, Format } from "./work.ts";

/** One readable part of what was handed in: the text itself, a code block in it, a file or a linked result. */
export interface Piece {
  /** For a reason: `the text`, `leads.csv`. */
  readonly name: string;
  readonly source: "text" | "block" | "file" | "link";
  /** What it says it is; null: nothing. */
  readonly format: Format | null;
  readonly content: string;
  readonly truncated: boolean;
}

/** Something handed in that cannot be read here. */
interface ClosedPiece {
  readonly name: string;
  readonly format: Format | null;
}

/** What was handed in, taken apart. */
export interface Pieces {
  readonly readable: readonly Piece[];
  readonly closed: readonly ClosedPiece[];
  /** Of the text, and of each piece that is Markdown or plain text, by the piece. */
  readonly outlines: ReadonlyMap<Piece, MarkdownOutline>;
}

const maxBlocks = 50;

/** Takes a delivery apart, so that each check finds what it looks at. */
export function takeApart(delivery: Delivery): Pieces {
  const readable: Piece[] = [];
  const closed: ClosedPiece[] = [];
  const outlines = new Map<Piece, MarkdownOutline>();
  const add = (piece: Piece): void => {
    if (piece.content.trim() === "") return;
    readable.push(piece);
    if (piece.format === "csv" || piece.format === "json") return;
    const outline = readMarkdown(piece.content);
    outlines.set(piece, outline);
    if (piece.source !== "block") for (const block of outline.blocks.slice(0, maxBlocks)) add(blockOf(piece, block));
  };
  add({ name: "the text", source: "text", format: null, content: delivery.text, truncated: false });
  for (const { name, mediaType, content, truncated } of delivery.files) {
    const format = formatOf(name, mediaType);
    if (content === null) closed.push({ name, format });
    else add({ name, source: "file", format, content, truncated });
  }
  for (const link of delivery.opened ?? []) {
    const format = formatOf(pathOf(link.url), link.mediaType);
    if (link.content === null) closed.push({ name: link.url, format });
    else add({ name: link.url, source: "link", format, content: link.content, truncated: link.truncated });
  }
  if (delivery.opened === null) {
    for (const url of delivery.links) closed.push({ name: url, format: formatOf(pathOf(url), "") });
  }
  return { readable, closed, outlines };
}

function blockOf(piece: Piece, block: { readonly language: string; readonly content: string }): Piece {
  const name = `a code block in ${piece.name}`;
  return {
    name,
    source: "block",
    format: formatOf(`.${block.language}`, ""),
    content: block.content,
    truncated: false,
  };
}

/** The format that a name or a media type stands for; null if neither tells. */
function formatOf(name: string, mediaType: string): Format | null {
  const type = mediaType.toLowerCase().split(";", 1)[0]?.trim() ?? "";
  const ending = /\.([a-z0-9]{1,10})$/.exec(name.toLowerCase())?.[1] ?? "";
  if (["csv", "tsv"].includes(ending) || type === "text/csv" || type === "text/tab-separated-values") return "csv";
  if (["json", "jsonl", "ndjson"].includes(ending) || type === "application/json" || type.endsWith("+json")) {
    return "json";
  }
  if (["md", "markdown"].includes(ending) || type === "text/markdown") return "markdown";
  return null;
}

function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? "";
}
