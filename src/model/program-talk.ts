/** How a program that does a task says that it has a question (5-native, "The command line"). */
export const exitCodeOfQuestion = 10;

/** The structured questions a program printed, as it wrote them; undefined: what it printed is one plain question. */
export function printedQuestions(text: string): readonly unknown[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { type, questions } = value as { readonly type?: unknown; readonly questions?: unknown };
  return type === "clarifying_questions" && Array.isArray(questions) ? questions : undefined;
}
