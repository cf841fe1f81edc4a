import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api/client.ts";

/** Ends the session and forgets everything that was read in it. */
export function useSignOut(): () => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return () => {
    const leave = async (): Promise<void> => {
      await api.POST("/v1/auth/sign-out", { body: {} });
      queries.clear();
      sessionStorage.clear();
      await navigate({ to: "/sign-in" });
    };
    void leave();
  };
}
