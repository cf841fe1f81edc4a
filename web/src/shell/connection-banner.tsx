import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { connection, watchedFetch } from "../api/connection.ts";
import classes from "./connection-banner.module.css";

const checkEveryMs = 3_000;

async function check(): Promise<void> {
  // Whether it worked is written down by `watchedFetch`.
  await watchedFetch("/healthz", { cache: "no-store" }).catch(() => undefined);
}

/** Says that the server does not answer, looks for it again, and reads everything anew once it does. */
export function ConnectionBanner() {
  const isReachable = useSyncExternalStore(connection.subscribe, connection.read);
  const queries = useQueryClient();
  const wasLost = useRef(false);
  useEffect(() => {
    const look = (): void => void check();
    // What the browser knows of its network comes sooner than the next request of the page.
    window.addEventListener("offline", look);
    window.addEventListener("online", look);
    return () => {
      window.removeEventListener("offline", look);
      window.removeEventListener("online", look);
    };
  }, []);
  useEffect(() => {
    if (isReachable) {
      if (wasLost.current) void queries.invalidateQueries();
      wasLost.current = false;
      return undefined;
    }
    wasLost.current = true;
    const timer = setInterval(() => void check(), checkEveryMs);
    return () => clearInterval(timer);
  }, [isReachable, queries]);
  return (
    <div role="status" className={classes.place}>
      {isReachable ? null : (
        <div className={classes.banner}>
          <span>Reconnecting to Guildhall… What you see may be old; what you typed is kept.</span>
          <Button size="compact-sm" variant="default" onClick={() => void check()}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
