import { type components, dataOf } from "@guildhall/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "../../api/client.ts";
import { usePageVisible } from "../../live/use-page-visible.ts";

export type Run = components["schemas"]["Run"];
export type RunStep = components["schemas"]["RunStep"];

const ended = new Set(["succeeded", "failed", "cancelled"]);
/** How long steps are gathered before they are drawn. */
const gatherMs = 60;

export function hasEnded({ state }: Pick<Run, "state">): boolean {
  return ended.has(state);
}

/** A run, and its steps as they are stored. The browser takes the stream up again after the last step it has seen. */
export function useRun(runId: string) {
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ["run", runId],
    queryFn: () => dataOf(api.GET("/v1/runs/{id}", { params: { path: { id: runId } } })),
  });
  const [steps, setSteps] = useState<readonly RunStep[]>([]);
  const isThere = query.data !== undefined;
  const isVisible = usePageVisible();
  const drawn = useRef(runId);
  useEffect(() => {
    if (!isThere || !isVisible) return undefined;
    if (drawn.current !== runId) setSteps([]);
    drawn.current = runId;
    const stream = new EventSource(`/v1/runs/${encodeURIComponent(runId)}/events`);
    let waiting: RunStep[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      const fresh = waiting;
      waiting = [];
      setSteps((before) => [...before, ...fresh.filter(({ number }) => number > (before.at(-1)?.number ?? 0))]);
      // Its sums have grown.
      void queries.invalidateQueries({ queryKey: ["run", runId] });
    };
    stream.addEventListener("step", ({ data }: MessageEvent<string>) => {
      waiting.push(JSON.parse(data) as RunStep);
      timer ??= setTimeout(draw, gatherMs);
    });
    stream.addEventListener("run", ({ data }: MessageEvent<string>) => {
      const run = JSON.parse(data) as Run;
      queries.setQueryData(["run", runId], { run });
      if (hasEnded(run)) stream.close();
    });
    return () => {
      stream.close();
      clearTimeout(timer);
    };
  }, [runId, isThere, isVisible, queries]);
  return { query, steps };
}
