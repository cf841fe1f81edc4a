type PreviewKind = "image" | "markdown" | "csv" | "text";

/** No SVG: it is a document that can do things. */
const images: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const texts =
  /\.(txt|log|json|jsonl|ya?ml|toml|ini|xml|html?|css|[cm]?[jt]sx?|py|rb|go|rs|java|kt|c|h|cc|cpp|hpp|cs|sh|sql|diff|patch|tex|svg)$/i;
const mostTextBytes = 500_000;
/** As long as the longest text that is handed in without a file; tens of thousands of paragraphs would stop the page. */
const mostMarkdownBytes = 100_000;
const mostImageBytes = 20_000_000;

/** How a file can be looked at; null: only downloaded. Code and HTML are shown as the text they are. */
export function previewKindOf(file: {
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
}): PreviewKind | null {
  const { name, size_bytes: bytes } = file;
  if (images.has(file.media_type)) return bytes <= mostImageBytes ? "image" : null;
  if (bytes > mostTextBytes) return null;
  if (/\.(md|markdown)$/i.test(name)) return bytes <= mostMarkdownBytes ? "markdown" : "text";
  if (/\.csv$/i.test(name)) return "csv";
  return texts.test(name) || file.media_type.startsWith("text/plain") ? "text" : null;
}
