import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../api/session.ts";

/** Whether whoever is signed in looks after the market. What it allows the server decides at every request. */
export function useAdmin(): boolean {
  return useQuery(meQuery).data?.role === "admin";
}
