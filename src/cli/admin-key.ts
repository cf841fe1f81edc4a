import { randomBytes } from "node:crypto";
import type { App } from "../app.ts";
import { registerOrganization } from "../market/register-organization.ts";
import { shortIdFrom } from "../model/short-id.ts";
import { hasAdminKey } from "../store/keys.ts";
import { makeApiKey, storedHalf } from "../wire/shared/api-keys.ts";
import { keepSecretFile } from "./secret-file.ts";

/**
 * On the first start, makes the administrators' organization and its key, kept in a file (mode 600) and nowhere else.
 * The file comes first, so that a crash between the two loses nothing; of several servers on one database the first wins.
 */
export async function ensureAdminKey(app: App, file: string, grantCents: number): Promise<void> {
  if (await hasAdminKey(app.database.reads)) return;
  const apiKey = await keepSecretFile(file, () => makeApiKey("native"));
  await app.engine.execute(
    registerOrganization,
    {
      name: "Administrators",
      shortId: shortIdFrom(randomBytes(8)),
      key: storedHalf(apiKey, "admin", "First admin key"),
      grantCents,
    },
    { idempotency: { scope: "guildhall", key: "first-admin", fingerprint: "" } },
  );
}
