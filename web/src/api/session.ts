import { dataOf, GuildhallError } from "@guildhall/client";
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";

/** Nobody is signed in. */
class NotSignedIn extends Error {
  override readonly name = "NotSignedIn";
}

/** Who is signed in, and as whom. Throws where nobody is: see `isSignedOut`. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => {
    // Asked first, since it is no error there to be nobody.
    if ((await dataOf(api.GET("/v1/auth/get-session"))) === null) throw new NotSignedIn("Nobody is signed in.");
    return dataOf(api.GET("/v1/me"));
  },
  staleTime: 60_000,
});

/** Nobody is signed in, or no longer. A wrong password is something else. */
export function isSignedOut(error: unknown): boolean {
  if (error instanceof NotSignedIn) return true;
  return error instanceof GuildhallError && error.status === 401 && error.code !== "credentials_invalid";
}

/** An address of this app to go to after signing in; whatever could lead elsewhere becomes the start. */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !/^\/(?![/\\])/.test(next)) return "/";
  const url = new URL(next, window.location.origin);
  // "/.//elsewhere" is "//elsewhere" once it has been read, and that is another server.
  const isOwn = url.origin === window.location.origin && !url.pathname.startsWith("//");
  return isOwn ? `${url.pathname}${url.search}${url.hash}` : "/";
}
