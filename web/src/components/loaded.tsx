import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state.tsx";
import { PageSkeleton } from "./skeleton.tsx";

export interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** Shown while there is nothing yet; as high as what comes. */
  readonly skeleton?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** What a query read; until then its skeleton, or why it could not be read. What was read before stays when reading again fails. */
export function Loaded<Data>({ query, skeleton, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return skeleton ?? <PageSkeleton />;
}
