import { ruleDispute as ruleDisputeCommand } from "../../market/rule-dispute.ts";
import type { Ruling } from "../../model/dispute.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import { readDispute, readDisputes } from "../../store/disputes.ts";
import { presentDispute } from "../../wire/native/present-competing.ts";
import { readCents } from "./cash.ts";
import { administer, describeList, type OutputOptions, type Print, plain } from "./market.ts";

/** More than fit on a screen; the API has all of them, page by page. */
const maxListed = 100;

/** `guildhall admin disputes`: those that wait for a ruling, the oldest first; or those that are over. */
export function listDisputes(options: OutputOptions & { readonly ruled?: boolean }, print: Print): Promise<boolean> {
  const query = { isRuled: options.ruled === true, cursor: undefined, limit: maxListed };
  return administer(
    options,
    print,
    async ({ reads }) => (await readDisputes(reads, query)).map(presentDispute),
    (found) =>
      describeList(
        found.map(({ id, task_id, ruling, reason }) => `${id}  ${task_id}  ${ruling ?? "open"}  ${plain(reason)}`),
      ),
  );
}

/** `guildhall admin rule-dispute`: ends a dispute. */
export function ruleDispute(
  id: string,
  ruling: Ruling,
  options: OutputOptions & { readonly amount?: string; readonly note?: string },
  print: Print,
): Promise<boolean> {
  const amount = options.amount === undefined ? null : readCents(options.amount);
  return administer(
    options,
    print,
    async ({ engine, reads, adminId }) => {
      const disputeId = isId(id) ? id.toLowerCase() : refuse("dispute_not_found");
      const { taskId } = (await readDispute(reads, disputeId)) ?? refuse("dispute_not_found");
      const input = { taskId, disputeId, adminId, ruling, amount, note: options.note ?? null };
      return presentDispute((await engine.execute(ruleDisputeCommand, input)).dispute);
    },
    (dispute) => `Ruled: ${ruling}. The work costs ${dispute.ruled_amount} cents.`,
  );
}
