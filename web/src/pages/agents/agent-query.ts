import { dataOf, type ItemOf } from "@guildhall/client";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export type Agent = ItemOf<"/v1/agents">;

export function agentQueryOf(id: string) {
  return queryOptions({
    queryKey: ["agent", id],
    queryFn: () => dataOf(api.GET("/v1/agents/{id}", { params: { path: { id } } })),
  });
}
