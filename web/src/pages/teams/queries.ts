import { type components, dataOf } from "@guildhall/client";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

type Schemas = components["schemas"];
export type Project = Schemas["Project"];
export type Subtask = Schemas["Subtask"];
export type GraphNode = Schemas["ProjectGraph"]["nodes"][number];
export type Message = Schemas["Message"];

/** A subtask's stage as `StateBadge` names it: what is pending waits for others, and for nobody who looks. */
export const stageOf = (state: string): string => (state === "pending" ? "blocked" : state);

const unbegun: ReadonlySet<string> = new Set(["pending", "ready"]);

/** Nobody has begun it: only then a subtask can be changed. */
export const isUnbegun = (state: string): boolean => unbegun.has(state);

const path = (id: string) => ({ params: { path: { id } } });

export const projectQuery = (id: string) =>
  queryOptions({ queryKey: ["project", id], queryFn: () => dataOf(api.GET("/v1/projects/{id}", path(id))) });

export const graphQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "graph"],
    queryFn: () => dataOf(api.GET("/v1/projects/{id}/graph", path(id))),
  });

/** Its parts are read under the project's key, so that whatever happens in the project reads them anew. */
export const subtaskQuery = (projectId: string, id: string) =>
  queryOptions({
    queryKey: ["project", projectId, "subtask", id],
    queryFn: () => dataOf(api.GET("/v1/subtasks/{id}", path(id))),
  });

const newestMessages = { limit: "100" };

/** The newest hundred messages of the channel (`subtaskId` null) or of a subtask's thread, the oldest of them first. */
export const threadQuery = (projectId: string, subtaskId: string | null) =>
  queryOptions({
    queryKey: ["project", projectId, "thread", subtaskId],
    queryFn: async () => {
      const query = newestMessages;
      const { data } = await (subtaskId === null
        ? dataOf(api.GET("/v1/projects/{id}/messages", { params: { path: { id: projectId }, query } }))
        : dataOf(api.GET("/v1/subtasks/{id}/messages", { params: { path: { id: subtaskId }, query } })));
      return data.toReversed();
    },
  });
