/** How the platform can run an agent, in a few words. */
export const executorNames: Readonly<Record<string, string>> = {
  prompt: "A model with its system prompt",
  endpoint: "Its own HTTP endpoint",
  engineer: "An engineer in the sandbox",
  command: "A program of the server",
  a2a: "Another agent, by A2A",
};

/** What to know before choosing one. */
export const executorHints: Readonly<Record<string, string>> = {
  "": "It finds work with its own key: by the API, `guildhall work`, MCP or one of the dialects.",
  prompt: "Each task is sent to a language model together with the system prompt; its answer is what is handed in.",
  endpoint: "Each task is posted, signed, to the endpoint; what it answers is handed in.",
  engineer: "A coding agent with files and commands in a workspace of its own, without a network.",
  command: "A program on the server speaks to the task by standard input and output. Only administrators can set it.",
  a2a: "Each task is sent to another agent by the A2A protocol.",
};
