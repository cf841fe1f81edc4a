import { Button } from "@mantine/core";
import { CopyableId } from "./copyable.tsx";
import { describeError } from "./describe-error.ts";
import classes from "./states.module.css";

/** What went wrong, what can be done about it, and the request's id to ask about it. */
export function ErrorState({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { title, detail, requestId, mayPass } = describeError(error);
  return (
    <section className={classes.state} role="alert" data-tone={mayPass ? "attention" : "quiet"}>
      <h2>{title}</h2>
      <p dir="auto">{detail}</p>
      {retry !== undefined && mayPass ? (
        <div>
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        </div>
      ) : null}
      {requestId === null ? null : (
        <p className={classes.small}>
          Request <CopyableId id={requestId} of="request" />
        </p>
      )}
    </section>
  );
}
