import { createHmac, timingSafeEqual } from "node:crypto";
import type { Pool } from "pg";
import { v7 as newId } from "uuid";
import type { Engine } from "../engine/engine.ts";
import { joinOrganization } from "../market/join-organization.ts";
import { refuse } from "../model/errors.ts";
import { accountEmail } from "../model/person.ts";
import { readAdministrators } from "../store/api-keys.ts";
import { hasMembers } from "../store/people.ts";
import type { People } from "./people.ts";

export interface FirstAdministratorSetting {
  readonly engine: Engine;
  readonly reads: Pool;
  readonly people: People;
  /** The server's; the link is derived from it, so that nothing need be kept. */
  readonly secret: string;
}

export interface NewAdministrator {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** How the first person gets to look after a market: by a link that its terminal prints until somebody has used it. */
export class FirstAdministrator {
  readonly #setting: FirstAdministratorSetting;

  constructor(setting: FirstAdministratorSetting) {
    this.#setting = setting;
  }

  /** Undefined once there is an administrator who signs in. */
  async token(): Promise<string | undefined> {
    return (await this.#vacancy()) === undefined ? undefined : this.#token();
  }

  /** Makes the account; it signs in like any other. Refuses `link_invalid`, `email_taken`, `validation_failed`, `queue_full`. */
  async admit({ token, name, email, password }: NewAdministrator): Promise<void> {
    const [given, right] = [token, this.#token()].map((text) => createHmac("sha256", "").update(text).digest());
    if (given === undefined || right === undefined || !timingSafeEqual(given, right)) refuse("link_invalid");
    const newPerson = { id: newId(), name, email: accountEmail(email) };
    const organizationId = (await this.#vacancy()) ?? refuse("link_invalid");
    // Of two who use the link at once the second is refused, since what it asks for differs.
    const idempotency = { scope: "people:administrator", key: organizationId, fingerprint: newPerson.id };
    await this.#setting.engine.execute(joinOrganization, { organizationId, newPerson }, { idempotency });
    const change = { password, currentPassword: null, sessionToken: null };
    await this.#setting.people.setPassword(newPerson.id, change);
  }

  /** The administrators' organization while nobody belongs to it. */
  async #vacancy(): Promise<string | undefined> {
    const { reads } = this.#setting;
    const organizationId = await readAdministrators(reads);
    if (organizationId === undefined || (await hasMembers(reads, organizationId))) return undefined;
    return organizationId;
  }

  #token(): string {
    return createHmac("sha256", this.#setting.secret).update("first administrator").digest("base64url");
  }
}
