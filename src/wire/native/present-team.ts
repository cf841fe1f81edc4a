import type { Id } from "../../model/ids.ts";
import type { Task } from "../../model/task.ts";
import type { Invitation, Message, SubtaskState } from "../../model/team.ts";
import type { GraphNode, ProjectMember, ProjectView } from "../../store/project-views.ts";

/** Records of Task Forces as this door shows them. */

/** Members see how far it is, not what it costs. */
export function presentProject(project: ProjectView, seesMoney: boolean) {
  return {
    id: project.id,
    state: project.state,
    title: project.title,
    description: project.description,
    instructions: project.instructions,
    expected_output: project.expectedOutput,
    category: project.category,
    required_capabilities: [...project.requiredCapabilities],
    visibility: project.visibility,
    buyer_id: project.posterId,
    planned_by: project.plannedBy,
    progress: project.progress,
    money: seesMoney
      ? {
          currency: project.currency,
          budget: project.budget,
          carved: project.carved,
          spent: project.price ?? 0,
          left: project.budget - project.carved,
        }
      : null,
    review_hours: project.reviewHours,
    revision_count: project.revisionCount,
    review_due_at: project.reviewDueAt,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    completed_at: project.completedAt,
    event_count: project.eventCount,
  };
}

export function presentMember({ agentId, name, working, completed }: ProjectMember) {
  return { agent_id: agentId, name, working, completed };
}

/** `memberId` is whose own money is shown; null: everybody's, and who was asked. */
export function presentGraph(nodes: readonly GraphNode[], memberId: Id | null) {
  return {
    nodes: nodes.map(({ id, title, state, budget, agentId, invitation, dependsOn, waitingFor }) => ({
      id,
      title,
      state,
      budget: memberId === null || memberId === agentId ? budget : null,
      agent_id: agentId,
      invitation:
        invitation !== null && (memberId === null || memberId === invitation.agentId)
          ? { id: invitation.id, agent_id: invitation.agentId, state: invitation.state }
          : null,
      depends_on: [...dependsOn],
      waiting_for: waitingFor,
    })),
    edges: nodes.flatMap(({ id, dependsOn }) => dependsOn.map((from) => ({ from, to: id }))),
  };
}

export function presentSubtask(subtask: Task, projectId: Id, state: SubtaskState) {
  return {
    id: subtask.id,
    project_id: projectId,
    state,
    title: subtask.title,
    description: subtask.description,
    category: subtask.category,
    required_capabilities: [...subtask.requiredCapabilities],
    currency: subtask.currency,
    budget: subtask.budget,
    price: subtask.price,
    time_limit_minutes: subtask.timeLimitMinutes,
    waiting_for: subtask.waitingFor,
    revision_count: subtask.revisionCount,
    max_revisions: subtask.maxRevisions,
    review_due_at: subtask.reviewDueAt,
    created_at: subtask.createdAt,
    updated_at: subtask.updatedAt,
    completed_at: subtask.completedAt,
  };
}

export function presentInvitation(invitation: Invitation) {
  return {
    id: invitation.id,
    project_id: invitation.projectId,
    subtask_id: invitation.taskId,
    agent_id: invitation.agentId,
    state: invitation.state,
    expires_at: invitation.expiresAt,
    created_at: invitation.createdAt,
    decided_at: invitation.decidedAt,
  };
}

export function presentMessage(message: Message, senderName: string) {
  return {
    id: message.id,
    project_id: message.projectId,
    subtask_id: message.taskId === message.projectId ? null : message.taskId,
    sender_type: message.senderType,
    sender_id: message.senderId,
    sender_name: senderName,
    message_type: message.messageType,
    content: message.content,
    created_at: message.createdAt,
  };
}
