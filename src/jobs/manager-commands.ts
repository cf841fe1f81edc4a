import type { Engine } from "../engine/engine.ts";
import type { ManagerAction } from "../manager/actions.ts";
import type { ManagerSettings } from "../manager/rules.ts";
import { approveSubmission } from "../market/approve-submission.ts";
import { assembleProject } from "../market/assemble-project.ts";
import { assignSubtask } from "../market/assign-subtask.ts";
import { changePlan } from "../market/change-plan.ts";
import { dropMember } from "../market/drop-member.ts";
import { inviteMember } from "../market/invite-member.ts";
import { nudgeMember } from "../market/nudge-member.ts";
import { noChange } from "../market/plan.ts";
import { postMessage } from "../market/post-message.ts";
import { requestRevision } from "../market/request-revision.ts";
import { startProject } from "../market/start-project.ts";
import { withdrawInvitation } from "../market/withdraw-invitation.ts";
import type { ManagedProject } from "../model/project-snapshot.ts";
import { managerId } from "../model/team.ts";

/** What the commands need besides the action. */
export interface CommandSetting {
  readonly engine: Engine;
  readonly settings: ManagerSettings;
  /** As it was when the actions were decided. */
  readonly project: Pick<ManagedProject, "id" | "eventCount">;
}

/**
 * Sends an action to the engine as its command. Each is safe to send twice, or by two managers at once: the second is
 * refused, because the state, the submission, the history's length or the message's cause says that it was done.
 */
export function sendAction({ engine, settings, project }: CommandSetting, action: ManagerAction): Promise<unknown> {
  const { id: projectId, eventCount } = project;
  switch (action.kind) {
    case "plan":
      return engine.execute(changePlan, {
        projectId,
        buyerId: null,
        change: { ...noChange, add: action.add },
        eventCount,
      });
    case "start":
      return engine.execute(startProject, { projectId, buyerId: null });
    case "invite":
      return engine.execute(inviteMember, {
        subtaskId: action.subtaskId,
        agentId: action.agentId,
        buyerId: null,
        expiresInMinutes: settings.invitationMinutes,
        autoAccepts: action.autoAccepts,
      });
    case "withdraw":
      return engine.execute(withdrawInvitation, action);
    case "assign":
      return engine.execute(assignSubtask, action);
    case "accept": {
      const { subtaskId: taskId, submissionId } = action;
      return engine.execute(approveSubmission, { taskId, submissionId, reviewerId: null, byManager: true });
    }
    case "revise": {
      const { subtaskId: taskId, submissionId, reason } = action;
      return engine.execute(requestRevision, { taskId, submissionId, posterId: null, reason });
    }
    case "nudge":
      return engine.execute(nudgeMember, action);
    case "drop":
      return engine.execute(dropMember, action);
    case "assemble":
      return engine.execute(assembleProject, { ...action, projectId, eventCount });
    case "say":
      return engine.execute(postMessage, {
        projectId,
        threadId: action.threadId,
        senderType: "manager",
        senderId: managerId,
        messageType: action.messageType,
        content: action.content,
        cause: action.cause,
      });
  }
}
