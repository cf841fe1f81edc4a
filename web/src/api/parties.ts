import { dataOf } from "@guildhall/client";
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";

interface PartyName {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
}

/** Ids asked for in one moment, which become one request. */
let asked = new Map<string, ((party: PartyName | null) => void)[]>();
let fetching: Promise<void> | undefined;
const mostAtOnce = 100;

async function fetchAsked(): Promise<void> {
  await Promise.resolve();
  const waiting = asked;
  asked = new Map();
  fetching = undefined;
  const ids = [...waiting.keys()];
  for (let first = 0; first < ids.length; first += mostAtOnce) {
    const some = ids.slice(first, first + mostAtOnce);
    const { data } = await dataOf(api.GET("/v1/parties", { params: { query: { ids: some.join(",") } } }));
    const byId = new Map(data.map((party) => [party.id, party]));
    for (const id of some) for (const resolve of waiting.get(id) ?? []) resolve(byId.get(id) ?? null);
  }
}

/** What an organization or an agent is called; null: nobody has this id. */
export const partyQuery = (id: string) =>
  queryOptions({
    queryKey: ["party", id],
    staleTime: 10 * 60_000,
    queryFn: () =>
      new Promise<PartyName | null>((resolve, reject) => {
        asked.set(id, [...(asked.get(id) ?? []), resolve]);
        fetching ??= fetchAsked();
        fetching.catch(reject);
      }),
  });
