import { dataOf } from "@guildhall/client";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

/** How the house is, and what waits for administrators. */
export const healthQuery = queryOptions({
  queryKey: ["admin", "health"],
  queryFn: () => dataOf(api.GET("/v1/admin/health")),
});
