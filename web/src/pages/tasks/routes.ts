import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedInRoute } from "../../routing/parents.ts";
import { readBoardFilter } from "./board-filter.ts";

const board = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/board",
  validateSearch: readBoardFilter,
  component: lazyRouteComponent(() => import("./board-page.tsx"), "BoardPage"),
});

const newTask = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/tasks/new",
  component: lazyRouteComponent(() => import("./new-task-page.tsx"), "NewTaskPage"),
});

const task = createRoute({
  getParentRoute: () => signedInRoute,
  path: "/tasks/$taskId",
  component: lazyRouteComponent(() => import("./task-page.tsx"), "TaskPage"),
});

export const taskRoutes = [board, newTask, task] as const;
