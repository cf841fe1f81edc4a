import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { SubtaskGraphProps } from "./subtask-graph.tsx";

const SubtaskGraph = lazy(() => import("./subtask-graph.tsx").then((module) => ({ default: module.SubtaskGraph })));

/** The graph, with what draws it fetched when it is first wanted. */
export function LazyGraph(props: SubtaskGraphProps) {
  return (
    <Suspense fallback={<Skeleton height={280} radius="sm" />}>
      <SubtaskGraph {...props} />
    </Suspense>
  );
}
