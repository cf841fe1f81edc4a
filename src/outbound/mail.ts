import { createTransport } from "nodemailer";
import type { BaseLogger } from "pino";

interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface MailerOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; undefined: no mail leaves the house. */
  readonly smtpUrl: string | undefined;
  readonly from: string;
  /** Whether mail that cannot leave is printed to the log, links and all. Never in production. */
  readonly printsToLog: boolean;
  readonly log: BaseLogger;
}

export interface Mailer {
  /** Hands a mail to the SMTP server. Rejects when that does not take it. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

const smtpTimeoutMs = 10_000;

/** Mail by SMTP, or, without a server for it, as a line in the log. */
export function openMailer({ smtpUrl, from, printsToLog, log }: MailerOptions): Mailer {
  if (smtpUrl === undefined) return { send: async (mail) => notSent(mail, printsToLog, log), close: () => undefined };
  const transport = createTransport(
    {
      url: smtpUrl,
      pool: true,
      maxConnections: 2,
      connectionTimeout: smtpTimeoutMs,
      greetingTimeout: smtpTimeoutMs,
      socketTimeout: smtpTimeoutMs,
    },
    { from },
  );
  return {
    send: async ({ to, subject, text }) => {
      // As an object: an address is never parsed as a list of them.
      await transport.sendMail({ to: { name: "", address: to }, subject, text });
    },
    close: () => transport.close(),
  };
}

function notSent({ to, subject, text }: Mail, printsToLog: boolean, log: BaseLogger): void {
  if (printsToLog) log.info({ to, subject, text }, "a mail, printed here because SMTP_URL is not set");
  else log.error({ subject }, "a mail was not sent: SMTP_URL is not set");
}
