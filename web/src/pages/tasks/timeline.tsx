import type { TaskEvent } from "@guildhall/client";
import { useCallback } from "react";
import { ErrorState } from "../../components/error-state.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { RowsSkeleton } from "../../components/skeleton.tsx";
import { When } from "../../components/when.tsx";
import { useTaskEvents } from "../../live/use-task-events.ts";
import { happeningOf, wordsOf } from "./happenings.ts";
import classes from "./timeline.module.css";
import { useTaskChanged } from "./use-task-action.ts";

/** Of a very long history the newest; all of it is at the API. */
const mostShown = 300;

/** A task's history, the newest first, growing as things happen. */
export function Timeline({ taskId, eventCount }: { readonly taskId: string; readonly eventCount: number }) {
  const changed = useTaskChanged(taskId);
  const grown = useCallback(() => void changed(), [changed]);
  const { events, error, isCaughtUp } = useTaskEvents(taskId, eventCount, grown);
  const shown = events.slice(-mostShown).reverse();
  return (
    <section>
      <h2 className={classes.title}>History {error === null ? <span className={classes.live}>live</span> : null}</h2>
      {error === null ? null : <ErrorState error={error} />}
      {shown.length === 0 && error === null ? <RowsSkeleton rows={3} rowHeightPx={48} /> : null}
      <ol className={classes.list} aria-live={isCaughtUp ? "polite" : "off"} aria-relevant="additions">
        {shown.map((event) => (
          <Happening key={event.number} event={event} />
        ))}
      </ol>
      {events.length > mostShown ? <p className={classes.more}>{events.length - mostShown} earlier events</p> : null}
    </section>
  );
}

function Happening({ event }: { readonly event: TaskEvent }) {
  const { text, tone, isByParty } = happeningOf(event);
  const words = wordsOf(event);
  return (
    <li className={classes.event} data-tone={tone}>
      <div>
        {isByParty ? <PartyName id={event.actor_id} /> : null} {text}
      </div>
      {words === null ? null : (
        <p className={classes.words} dir="auto">
          {words}
        </p>
      )}
      <div className={classes.at}>
        <When at={event.at} />
      </div>
    </li>
  );
}
