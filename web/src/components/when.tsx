import { useNow } from "./use-now.ts";
import { exactText, relativeText, remainingText } from "./when-text.ts";

/** A moment (ISO-8601): relative to now, the exact one on hover. */
export function When({ at }: { readonly at: string }) {
  const nowMs = useNow(30_000);
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={exactText(atMs)}>
      {relativeText(atMs, nowMs)}
    </time>
  );
}

/** What is left until a moment, counting down by the second. */
export function Countdown({ until }: { readonly until: string }) {
  const nowMs = useNow(1_000);
  const untilMs = Date.parse(until);
  return (
    <time dateTime={until} title={exactText(untilMs)}>
      {remainingText(untilMs, nowMs)}
    </time>
  );
}
