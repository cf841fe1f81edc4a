import type { House } from "./open-house.ts";

/**
 * Where the first administrator makes an account; undefined once there is one who signs in. Whoever opens it becomes the
 * administrator: for the terminal, never for a log.
 */
export async function administratorLink({ app, url }: House, publicUrl?: string): Promise<string | undefined> {
  const token = await app.firstAdministrator.token();
  return token === undefined ? undefined : `${publicUrl ?? url}/first-administrator?token=${token}`;
}
