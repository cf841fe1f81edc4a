import { createHmac } from "node:crypto";
import { betterAuth } from "better-auth";
import { APIError } from "better-auth/api";
import { Kysely, PostgresDialect } from "kysely";
import type { Pool } from "pg";
import type { BaseLogger } from "pino";
import { v7 as newId } from "uuid";
import { Refusal, refuse } from "../model/errors.ts";
import { accountEmail } from "../model/person.ts";
import type { Mailer } from "../outbound/mail.ts";
import type { Passwords } from "./passwords.ts";
import { maxPasswordLength, minPasswordLength, type People } from "./people.ts";

export interface SessionsSetting {
  readonly people: People;
  readonly passwords: Passwords;
  readonly mailer: Mailer;
  /** A pool of its own: better-auth compares moments as `Date`, which the other pools do not return. */
  readonly pool: Pool;
  /** The server's; what signs cookies is derived from it. */
  readonly secret: string;
  /** Known once the server listens; first asked for by the first request. */
  readonly publicUrl: () => string;
  /** Whether sign-in attempts of one address are limited. */
  readonly limitsAttempts: boolean;
  readonly log: BaseLogger;
}

/** Where the bridge says who calls; never taken from outside. */
export const clientAddressHeader = "x-guildhall-client";
/** A sign-up holds a connection while its password is hashed; more at once would wait for one until they fail. */
const maxSignUps = 16;
/** Where better-auth answers. */
export const sessionsPath = "/v1/auth";

/** A signed-in person. */
export interface SignedIn {
  readonly userId: string;
  readonly sessionToken: string;
}

/** Sign-up, sign-in, sign-out and password reset with a session cookie, by better-auth on our tables. */
export class Sessions {
  readonly #setting: SessionsSetting;
  #auth: ReturnType<typeof configure> | undefined;
  #signUps = 0;

  constructor(setting: SessionsSetting) {
    this.#setting = setting;
  }

  /** Answers a request whose URL is below `sessionsPath` of the public URL. Refuses `queue_full`. */
  async handle(request: Request): Promise<Response> {
    if (!new URL(request.url).pathname.startsWith(`${sessionsPath}/sign-up/`)) return this.#open().handler(request);
    if (this.#signUps >= maxSignUps) refuse("queue_full");
    this.#signUps++;
    try {
      return await this.#open().handler(request);
    } finally {
      this.#signUps--;
    }
  }

  /** Whose session cookie this is, or undefined. */
  async find(headers: Headers): Promise<SignedIn | undefined> {
    const found = await this.#open().api.getSession({ headers, query: { disableRefresh: true } });
    return found === null ? undefined : { userId: found.user.id, sessionToken: found.session.token };
  }

  /** better-auth wants to know its address from the beginning. */
  #open(): ReturnType<typeof configure> {
    this.#auth ??= configure(this.#setting);
    return this.#auth;
  }
}

function configure(setting: SessionsSetting) {
  const { people, passwords, mailer, pool, log } = setting;
  return betterAuth({
    appName: "Guildhall",
    baseURL: new URL(setting.publicUrl()).origin,
    basePath: sessionsPath,
    secret: createHmac("sha256", setting.secret).update("sessions").digest("hex"),
    telemetry: { enabled: false },
    database: { db: new Kysely({ dialect: new PostgresDialect({ pool }) }), type: "postgres", transaction: true },
    user: { modelName: "users" },
    session: { modelName: "sessions" },
    account: { modelName: "accounts" },
    verification: { modelName: "verifications", storeIdentifier: "hashed" },
    advanced: {
      database: { generateId: () => newId() },
      cookiePrefix: "guildhall",
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
      // Said outright: better-auth leaves both out by itself where NODE_ENV is "test".
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    rateLimit: { enabled: setting.limitsAttempts, storage: "memory" },
    emailAndPassword: {
      enabled: true,
      minPasswordLength,
      maxPasswordLength,
      revokeSessionsOnPasswordReset: true,
      password: {
        hash: (password) => answeringRefusals(passwords.hash(password)),
        verify: ({ hash, password }) => answeringRefusals(passwords.verify(hash, password)),
      },
      // Not waited for: how long it takes would tell whether there is such an account.
      sendResetPassword: async ({ user, token }) => {
        const text = resetText(user.name, `${setting.publicUrl()}/reset-password?token=${token}`, token);
        mailer
          .send({ to: user.email, subject: "Reset your Guildhall password", text })
          .catch((error: unknown) => log.error({ err: error }, "a mail could not be sent"));
      },
    },
    databaseHooks: {
      user: { create: { before: async (user) => ({ data: { ...user, email: accountEmail(user.email) } }) } },
      // Also what a sign-up that broke off halfway is made whole by.
      session: { create: { after: async ({ userId }) => people.ensureOrganization(userId) } },
    },
    logger: {
      // Its messages name addresses that people typed: for debugging only.
      log: (level, message) => log[level === "error" ? "warn" : "debug"]({ part: "better-auth" }, message),
    },
  });
}

/** better-auth makes a 500 of every error that is not its own. */
async function answeringRefusals<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal) throw new APIError("SERVICE_UNAVAILABLE", { message: error.message });
    throw error;
  }
}

function resetText(name: string, url: string, token: string): string {
  return `Hello ${name},

somebody, most likely you, asked for a new password. Choose it here within the hour:

${url}

Programs send the token with the new password to POST ${sessionsPath}/reset-password:

${token}

If it was not you, nothing has changed and you need do nothing.
`;
}
