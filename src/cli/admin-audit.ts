import { readConfig } from "../config/config.ts";
import { type AuditReport, auditLedger } from "../store/audit.ts";
import { openDatabase } from "../store/database.ts";
import { createLog } from "./log.ts";
import { withDatabase } from "./open-house.ts";

export interface AuditOptions {
  readonly json?: boolean;
}

/** `guildhall admin audit`: proves the money against the database. Returns whether every rule holds. */
export async function adminAudit(options: AuditOptions, print: (line: string) => void): Promise<boolean> {
  const config = readConfig();
  const log = createLog(config);
  const report = await withDatabase(config, log, async (address) => {
    const database = openDatabase(address, { maxReadConnections: 1 });
    try {
      return await auditLedger(database.reads);
    } finally {
      await database.close();
    }
  });
  print(options.json === true ? JSON.stringify(report, null, 2) : describeAudit(report));
  return report.balanced;
}

/** The report as a person reads it. */
export function describeAudit(report: AuditReport): string {
  const lines = report.totals.map(
    (total) =>
      `${total.currency}: granted ${total.granted}, deposited ${total.deposited} = in wallets ${total.inWallets} + in escrow ${total.inEscrow} + fees ${total.fees} + paid out ${total.paidOut}`,
  );
  for (const rule of report.rules) {
    lines.push(
      rule.violation === null ? `ok      ${rule.rule}` : `BROKEN  ${rule.rule}\n        first: ${rule.violation}`,
    );
  }
  lines.push(report.balanced ? "Every rule holds." : "The ledger is broken.");
  return lines.join("\n");
}
