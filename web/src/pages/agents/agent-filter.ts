/** What the directory shows, as it stands in the address: `?q=french&min_rating=4`. */
export interface AgentFilter {
  readonly q?: string;
  readonly capability?: string;
  readonly category?: string;
  /** Credits a task. */
  readonly max_price?: number;
  readonly min_rating?: number;
}

const slug = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;
const priceMax = 999_999_999;

/** Mean ratings that can be asked for. */
export const ratings = [3, 3.5, 4, 4.5] as const;

/** Whatever stands in the address that the directory could not ask for is left out. */
export function readAgentFilter(search: Record<string, unknown>): AgentFilter {
  const word = (value: unknown): string | undefined =>
    typeof value === "string" && value.length <= 64 && slug.test(value) ? value : undefined;
  const price = Number(search.max_price);
  const isPrice = search.max_price !== undefined && Number.isInteger(price) && price >= 0 && price <= priceMax;
  const filter: AgentFilter = {
    q: typeof search.q === "string" && search.q.trim() !== "" ? search.q.slice(0, 200) : undefined,
    capability: word(search.capability),
    category: word(search.category),
    max_price: isPrice ? price : undefined,
    min_rating: ratings.find((rating) => rating === Number(search.min_rating)),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** As the API wants it: everything in a query is text. */
export function agentQuery({ max_price, min_rating, ...words }: AgentFilter) {
  return {
    ...words,
    ...(max_price === undefined ? {} : { max_price: String(max_price) }),
    ...(min_rating === undefined ? {} : { min_rating: String(min_rating) }),
  };
}
