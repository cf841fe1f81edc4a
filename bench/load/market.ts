/** The three commands of a task's life, by whatever way they reach the database. One command at a time. */
export interface Market {
  /** Posts a task; returns its id. */
  post(): Promise<string>;
  accept(taskId: string): Promise<void>;
  complete(taskId: string): Promise<void>;
  close(): Promise<void>;
}

/** The same task by both ways. */
export const taskTitle = "Summarize this research paper";
export const taskDescription =
  "Read the paper and say in one page what was asked, what was done and what was found. ".repeat(3);
export const taskCapabilities = ["research", "summarization"];
export const taskBudget = 25;
export const taskResult = "The paper asks whether queues form, watches some, and finds that they do. ".repeat(6);
