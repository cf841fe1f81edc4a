import { Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { sessionExpiry } from "../api/session-expiry.ts";
import { SignInForm } from "../pages/account/sign-in-form.tsx";

/** The session has ended in the middle of something: signing in again leaves the page, and what was typed, as it is. */
export function ReauthDialog() {
  const hasExpired = useSyncExternalStore(sessionExpiry.subscribe, sessionExpiry.read);
  const queries = useQueryClient();
  return (
    <Modal opened={hasExpired} onClose={sessionExpiry.end} title="Your session has ended" centered>
      <SignInForm
        onDone={() => {
          sessionExpiry.end();
          void queries.invalidateQueries();
        }}
      />
    </Modal>
  );
}
