import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { openMailer } from "../../src/outbound/mail.ts";
import { startSmtpServer } from "../support/smtp-server.ts";

function recordingLog() {
  const lines: string[] = [];
  return { lines, log: pino({ level: "info" }, { write: (line: string) => void lines.push(line) }) };
}

const mail = { to: "ada@example.com", subject: "Hello", text: "A secret link." };

describe("mail", () => {
  it("leaves by SMTP from the configured sender", async () => {
    const smtp = await startSmtpServer();
    const { lines, log } = recordingLog();
    const mailer = openMailer({ smtpUrl: smtp.url, from: "house@example.com", printsToLog: true, log });
    try {
      await mailer.send(mail);
      const sent = await smtp.next();
      expect(sent).toContain("From: house@example.com");
      expect(sent).toContain("A secret link.");
      expect(lines).toEqual([]);
    } finally {
      mailer.close();
      await smtp.close();
    }
  });

  it("is printed to the log in a sandbox without a server for it", async () => {
    const { lines, log } = recordingLog();
    await openMailer({ smtpUrl: undefined, from: "house@example.com", printsToLog: true, log }).send(mail);
    expect(lines.join("")).toContain("A secret link.");
  });

  it("is not printed in production: the log says that it was not sent, and not what it said", async () => {
    const { lines, log } = recordingLog();
    await openMailer({ smtpUrl: undefined, from: "house@example.com", printsToLog: false, log }).send(mail);
    expect(lines.join("")).toContain("SMTP_URL is not set");
    expect(lines.join("")).not.toContain("secret");
  });

  it("fails in seconds when the server does not answer", async () => {
    const { log } = recordingLog();
    const mailer = openMailer({ smtpUrl: "smtp://127.0.0.1:1", from: "house@example.com", printsToLog: true, log });
    await expect(mailer.send(mail)).rejects.toThrow();
    mailer.close();
  });
});
