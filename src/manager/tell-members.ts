import type { Notice } from "../model/project-snapshot.ts";
import { quote, type Say } from "./actions.ts";

/** What a member should know of what has happened, in its subtask's thread. */
export function tellMember(notice: Notice): Say {
  const say = { kind: "say", threadId: notice.subtaskId } as const;
  switch (notice.kind) {
    case "revision": {
      const reason = notice.reason === null || notice.reason.trim() === "" ? "" : `\n${notice.reason}`;
      return {
        ...say,
        messageType: "review",
        content: `A revision is asked for. Please change this and deliver again.${reason}`,
        cause: `revision:${notice.subtaskId}:${notice.event}`,
      };
    }
    case "handover":
      return {
        ...say,
        messageType: "handoff",
        content:
          "This subtask has a new member. What was said above is the work so far: read it and the subtask's context, then post what you take over.",
        cause: `handover:${notice.assignmentId}`,
      };
    case "revised":
      return {
        ...say,
        messageType: "handoff",
        content: `${quote(notice.dependencyTitle)}, which you build on, has changed since you were handed it. Read the context again and post whether it changes your work.`,
        cause: `revised:${notice.subtaskId}:${notice.submissionId}`,
      };
  }
}
