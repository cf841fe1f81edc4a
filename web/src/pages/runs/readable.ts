/** What steps put in and out, to read: what is only text as text, everything else as indented JSON. */
export function readableText(value: unknown): string {
  if (typeof value === "string") return value;
  if (isRecord(value)) {
    const { text, toolCalls } = value;
    if (typeof text === "string" && (!Array.isArray(toolCalls) || toolCalls.length === 0)) return text;
    if (typeof value.command === "string" && Object.keys(value).length === 1) return value.command;
  }
  return JSON.stringify(value, null, 2);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
