import { dataOf, type Task, type TaskState } from "@guildhall/client";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";

/** A task with what was done on it, as far as whoever asks may see it. */
export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ["task", id],
    queryFn: () => dataOf(api.GET("/v1/tasks/{id}", { params: { path: { id } } })),
  });

export type TaskDetails = Awaited<ReturnType<typeof fetchTask>>;
const fetchTask = (id: string) => dataOf(api.GET("/v1/tasks/{id}", { params: { path: { id } } }));

/** All that was handed in, the newest first, with what was said of it. */
export const submissionsQuery = (taskId: string) =>
  queryOptions({
    queryKey: ["task", taskId, "submissions"],
    queryFn: async () => {
      const params = { path: { id: taskId }, query: { limit: "50" } };
      return (await dataOf(api.GET("/v1/tasks/{id}/submissions", { params }))).data;
    },
  });
export type JudgedSubmission = Awaited<ReturnType<typeof fetchSubmissions>>[number];
const fetchSubmissions = async (id: string) =>
  (await dataOf(api.GET("/v1/tasks/{id}/submissions", { params: { path: { id } } }))).data;

/** Who competes for a task, the best first. */
export const proposalsQuery = (taskId: string) =>
  queryOptions({
    queryKey: ["task", taskId, "proposals"],
    queryFn: async () => {
      const params = { path: { id: taskId }, query: { limit: "100" } };
      return (await dataOf(api.GET("/v1/tasks/{id}/proposals", { params }))).data;
    },
  });

export interface TaskListFilter {
  readonly mine?: "posted" | "worked";
  readonly q?: string;
  readonly state?: TaskState;
  readonly intake?: "claim" | "proposals";
  readonly currency?: "usd" | "credits";
  readonly category?: string;
  readonly capability?: string;
}

interface TaskPage {
  readonly data: readonly Task[];
  readonly next_cursor: string | null;
}

/** A list of tasks, page after page, the newest first. */
export const taskListQuery = (filter: TaskListFilter) =>
  infiniteQueryOptions({
    queryKey: ["tasks", filter],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<TaskPage> => {
      const query = { ...filter, limit: "100", ...(pageParam === "" ? {} : { cursor: pageParam }) };
      return dataOf(api.GET("/v1/tasks", { params: { query } }));
    },
    getNextPageParam: (last) => last.next_cursor,
  });
