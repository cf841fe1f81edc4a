import type { TaskEvent } from "@guildhall/client";
import { useEffect, useRef, useState } from "react";
import { api } from "../api/client.ts";
import { noticeSignedOut } from "../api/query-client.ts";
import { usePageVisible } from "./use-page-visible.ts";

export interface TaskEvents {
  /** By their number, from 1. */
  readonly events: readonly TaskEvent[];
  /** Why there are no more; null while the stream goes on (also while it reconnects by itself). */
  readonly error: unknown;
  /** Up to where the stream has been followed at least once; false: the history is still being read. */
  readonly isCaughtUp: boolean;
}

/** How long a history that is being read is gathered before it is drawn: hundreds of events are one drawing. */
const gatherMs = 60;

/**
 * A task's history as it grows. The stream resumes after the last event seen (`Last-Event-ID`) when the connection breaks
 * or the server restarts, and when the tab is looked at again; nothing is lost or shown twice. `onGrowth` is told when
 * something new has come.
 */
export function useTaskEvents(taskId: string, knownCount: number, onGrowth: () => void): TaskEvents {
  const [seen, setSeen] = useState<readonly TaskEvent[]>([]);
  const [error, setError] = useState<unknown>(null);
  const told = useRef(onGrowth);
  told.current = onGrowth;
  const isVisible = usePageVisible();
  const drawn = useRef({ taskId, number: 0 });
  useEffect(() => {
    if (!isVisible) return undefined;
    if (drawn.current.taskId !== taskId) {
      drawn.current = { taskId, number: 0 };
      setSeen([]);
    }
    const closing = new AbortController();
    let waiting: TaskEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      const fresh = waiting;
      waiting = [];
      drawn.current.number = fresh.at(-1)?.number ?? drawn.current.number;
      setSeen((before) => [...before, ...fresh]);
      told.current();
    };
    const follow = async (): Promise<void> => {
      const { number } = drawn.current;
      const after = number === 0 ? {} : { lastEventId: String(number) };
      for await (const event of api.events(taskId, { ...after, signal: closing.signal })) {
        waiting.push(event);
        timer ??= setTimeout(draw, gatherMs);
      }
    };
    setError(null);
    follow().catch((fault: unknown) => {
      if (closing.signal.aborted) return;
      noticeSignedOut(fault);
      setError(fault);
    });
    return () => {
      closing.abort();
      clearTimeout(timer);
    };
  }, [taskId, isVisible]);
  return { events: seen, error, isCaughtUp: (seen.at(-1)?.number ?? 0) >= knownCount };
}
