import { type ErrorComponentProps, Link, Outlet, useRouter } from "@tanstack/react-router";
import { ErrorState } from "../components/error-state.tsx";
import { ConnectionBanner } from "../shell/connection-banner.tsx";
import classes from "./frame.module.css";

/** Around every page, signed in or not. */
export function Frame() {
  return (
    <>
      <ConnectionBanner />
      <Outlet />
    </>
  );
}

/** An address that leads nowhere, outside the shell, whose main part it then is. */
export function NotFoundPage() {
  return (
    <main>
      <NotFound />
    </main>
  );
}

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <div className={classes.alone}>
      <h1>There is no such page</h1>
      <p>
        The address may be mistyped, or what it named is gone. <Link to="/">Go to the start</Link>
      </p>
    </div>
  );
}

/** What a page could not get over. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div className={classes.alone}>
      <ErrorState
        error={error}
        retry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}
