import type { BaseLogger } from "pino";
import type { Engine } from "../engine/engine.ts";
import { openMailer } from "../outbound/mail.ts";
import type { Database } from "../store/database.ts";
import { FirstAdministrator } from "./first-administrator.ts";
import { Passwords } from "./passwords.ts";
import { People } from "./people.ts";
import { Sessions } from "./sessions.ts";

export interface OpenPeopleOptions {
  readonly engine: Engine;
  readonly database: Database;
  readonly secret: string;
  readonly publicUrl: () => string;
  readonly mode: "sandbox" | "production";
  readonly signupCents: number;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly log: BaseLogger;
}

export interface OpenPeople {
  readonly people: People;
  readonly sessions: Sessions;
  readonly firstAdministrator: FirstAdministrator;
  close(): void;
}

/** Everything about people, ready to use. Nothing connects before it is asked to. */
export function openPeople(options: OpenPeopleOptions): OpenPeople {
  const { engine, database, secret, publicUrl, log } = options;
  const passwords = new Passwords();
  const people = new People({ engine, reads: database.reads, passwords, signupCents: options.signupCents });
  const isSandbox = options.mode === "sandbox";
  const mailer = openMailer({ smtpUrl: options.smtpUrl, from: options.mailFrom, printsToLog: isSandbox, log });
  const limitsAttempts = !isSandbox;
  const sessions = new Sessions({
    people,
    passwords,
    mailer,
    pool: database.people,
    secret,
    publicUrl,
    limitsAttempts,
    log,
  });
  const firstAdministrator = new FirstAdministrator({ engine, reads: database.reads, people, secret });
  return { people, sessions, firstAdministrator, close: () => mailer.close() };
}
