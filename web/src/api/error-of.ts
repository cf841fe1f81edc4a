import { GuildhallError, type Problem } from "@guildhall/client";

/** The error that an answer outside 200–299 means, for what is not asked by the typed client. */
export async function errorOf(response: Response): Promise<GuildhallError> {
  const problem: Problem = await response.json().catch(() => ({}));
  return new GuildhallError(response.status, problem);
}
