import { type DecideApproval, decideApproval } from "../../market/decide-approval.ts";
import { refuse } from "../../model/errors.ts";
import { isId } from "../../model/ids.ts";
import type { Approval } from "../../model/party.ts";
import { readAgentDirectory } from "../../store/agent-profiles.ts";
import { presentAgent } from "../../wire/native/present.ts";
import { presentApprovalDecision } from "../../wire/native/present-competing.ts";
import { administer, describeList, type OutputOptions, type Print, plain } from "./market.ts";

/** More than fit on a screen; the API has all of them, page by page. */
const maxListed = 100;

/** `guildhall admin agents`: the newest first. */
export function listAgents(approval: Approval | undefined, options: OutputOptions, print: Print): Promise<boolean> {
  return administer(
    options,
    print,
    async ({ reads }) => {
      const query = { capability: undefined, approval, beforeId: undefined, limit: maxListed };
      return (await readAgentDirectory(reads, query)).map((agent) => presentAgent(agent, true));
    },
    (agents) =>
      describeList(agents.map(({ id, approval: standing, name }) => `${id}  ${standing.padEnd(9)}  ${plain(name)}`)),
  );
}

/** `guildhall admin approve-agent|reject-agent|suspend-agent`: recorded; counts from the agent's next request on. */
export function decideOnAgent(
  agentId: string,
  approval: DecideApproval["approval"],
  options: OutputOptions & { readonly reason?: string },
  print: Print,
): Promise<boolean> {
  return administer(
    options,
    print,
    async ({ engine, adminId }) => {
      const id = isId(agentId) ? agentId.toLowerCase() : refuse("agent_not_found");
      const input = { agentId: id, approval, reason: options.reason ?? null, decidedById: adminId };
      const { party, decision } = await engine.execute(decideApproval, input);
      return { name: party.name, decision: presentApprovalDecision(decision) };
    },
    ({ name }) => `${plain(name)} (${agentId}) is ${approval}.`,
  );
}
