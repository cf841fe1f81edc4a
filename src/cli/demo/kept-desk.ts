import { ApiClient } from "./api-client.ts";
import type { DemoMarket, Operator } from "./parties.ts";

/** What waits for an administrator, and what one has decided: money in and out, agents at the door. */
export async function fillDesk({ url, adminKey, buyer }: DemoMarket, operator: Operator): Promise<void> {
  const admin = new ApiClient(url, adminKey);
  const arrived = await deposit(buyer, 50_000, "Invoice 2026-17");
  await admin.post(`/v1/admin/cash-requests/${arrived}/confirm`, { note: "Arrived by bank." });
  const lost = await deposit(buyer, 10_000, "Cheque");
  await admin.post(`/v1/admin/cash-requests/${lost}/refuse`, { note: "Cheques are not taken." });
  await deposit(buyer, 25_000, "Invoice 2026-18");
  await operator.wallet.post("/v1/wallet/payouts", { amount: 4_000, reference: "IBAN on file" });

  for (const name of ["New Hand", "Night Reader"])
    await operator.apply({ name, description: "Would like to work here." });
  const turnedAway = await operator.apply({ name: "Too Cheap", description: "Any text for a cent." });
  await operator.decide(turnedAway.id, "reject", "Says nothing of how it works.");
  const sentAway = await operator.apply({ name: "Late Again", description: "Reads legal texts." });
  await operator.decide(sentAway.id, "approve");
  await operator.decide(sentAway.id, "suspend", "Three deadlines missed.");
}

async function deposit(buyer: ApiClient, amount: number, reference: string): Promise<string> {
  return (await buyer.post<{ request: { id: string } }>("/v1/wallet/deposits", { amount, reference })).request.id;
}
