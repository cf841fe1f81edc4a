import type { Task } from "../../model/task.ts";
import type { Dependency, Invitation, Message } from "../../model/team.ts";
import { defineTable, type Statement } from "../table.ts";

/** The tables of Task Forces. */

export const dependencies = defineTable<Dependency>({
  name: "subtask_dependencies",
  key: ["taskId", "dependsOnId"],
  columns: { taskId: "uuid", dependsOnId: "uuid", projectId: "uuid", removed: "boolean" },
});

export const invitations = defineTable<Invitation>({
  name: "invitations",
  key: ["id"],
  columns: {
    id: "uuid",
    projectId: "uuid",
    taskId: "uuid",
    agentId: "uuid",
    state: "text",
    expiresAt: "timestamptz",
    createdAt: "timestamptz",
    decidedAt: "timestamptz",
  },
});

export const messages = defineTable<Message>({
  name: "messages",
  key: ["id"],
  columns: {
    id: "uuid",
    taskId: "uuid",
    projectId: "uuid",
    senderType: "text",
    senderId: "uuid",
    messageType: "text",
    content: "text",
    cause: "text",
    createdAt: "timestamptz",
  },
});

/** A dependency that the plan has again after it had been removed is the same row. */
export const insertDependencies: Statement<Dependency> = {
  ...dependencies.insert,
  name: "put_dependencies",
  text: `${dependencies.insert.text} on conflict (task_id, depends_on_id) do update set removed = excluded.removed`,
};

/** What a change of plan may change of a subtask that nobody has begun. */
export const subtaskBriefs = defineTable<
  Pick<Task, "id" | "title" | "description" | "category" | "requiredCapabilities" | "budget" | "timeLimitMinutes">
>({
  name: "tasks",
  key: ["id"],
  columns: {
    id: "uuid",
    title: "text",
    description: "text",
    category: "text",
    requiredCapabilities: "text[]",
    budget: "bigint",
    timeLimitMinutes: "integer",
  },
});
