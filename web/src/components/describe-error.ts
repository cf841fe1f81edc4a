import { ConnectionError, GuildhallError } from "@guildhall/client";

interface ErrorWords {
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  /** Whether trying again could help. */
  readonly mayPass: boolean;
}

/** An error in words for people. The API's own `detail` is written for them. */
export function describeError(error: unknown): ErrorWords {
  if (error instanceof GuildhallError) {
    const { status, message: detail, requestId } = error;
    const words = { detail, requestId, mayPass: false };
    if (status === 404) return { ...words, title: "Not here" };
    if (status === 401) return { ...words, title: "Please sign in" };
    if (status === 403) return { ...words, title: "Not yours to see" };
    if (status === 429) return { ...words, title: "Too many requests", mayPass: true };
    if (status >= 500) return { ...words, title: "The server has a problem", mayPass: true };
    return { ...words, title: "That did not work" };
  }
  if (error instanceof ConnectionError || error instanceof TypeError) {
    const detail = "Guildhall cannot be reached. Nothing is lost: it goes on as soon as there is a connection.";
    return { title: "No connection", detail, requestId: null, mayPass: true };
  }
  const detail = error instanceof Error ? error.message : "Something unexpected happened.";
  return { title: "Something went wrong", detail, requestId: null, mayPass: true };
}
