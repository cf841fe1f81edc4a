import { refuse } from "../model/errors.ts";
import type { Id } from "../model/ids.ts";
import type { Approval, ApprovalDecision, Party } from "../model/party.ts";
import { type Command, command } from "./command.ts";

export interface DecideApproval {
  readonly agentId: Id;
  readonly approval: "approved" | "rejected" | "suspended";
  readonly reason: string | null;
  readonly decidedById: Id;
}

export interface DecidedApproval {
  readonly party: Party;
  readonly decision: ApprovalDecision;
}

/** From what each word may come. An agent that never asked may be approved or suspended too. */
const mayFollow: Record<DecideApproval["approval"], readonly Approval[]> = {
  approved: ["none", "pending", "rejected", "suspended"],
  rejected: ["pending"],
  suspended: ["none", "pending", "approved"],
};

/**
 * An admin lets an agent in, turns it away or sends it away. From the next request on its keys do what its standing
 * allows. Refuses `agent_not_found`, `approval_wrong_state`.
 */
export const decideApproval: Command<DecideApproval, DecidedApproval> = command({
  name: "decide_approval",
  loads: (input) => ({ parties: [input.agentId], approvalsOf: [input.agentId] }),
  decide(book, { agentId, approval, reason, decidedById }) {
    const party = book.findParty(agentId);
    if (party?.kind !== "agent") refuse("agent_not_found");
    if (!mayFollow[approval].includes(party.approval)) {
      refuse("approval_wrong_state", {
        message: `An agent that is ${party.approval} cannot become ${approval}.`,
        details: { approvalStatus: party.approval },
      });
    }
    const decision = { id: book.newId(), agentId, approval, reason, decidedById, at: book.now };
    book.approvalDecisions.add(decision);
    return { party: book.changeApproval(party, approval), decision };
  },
});
