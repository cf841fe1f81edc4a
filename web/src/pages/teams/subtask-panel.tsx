import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CopyableId } from "../../components/copyable.tsx";
import { SidePanel } from "../../components/dialog.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Money } from "../../components/money.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { Section } from "../../components/section.tsx";
import { Slugs } from "../../components/slugs.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { type Project, stageOf, subtaskQuery } from "./queries.ts";
import { ReviewBox } from "./review-box.tsx";
import { SplitBox } from "./split-box.tsx";
import { StaffBox } from "./staff-box.tsx";
import { SubmissionView } from "./submission-view.tsx";
import classes from "./subtask-panel.module.css";
import { Thread } from "./thread.tsx";

export interface SubtaskPanelProps {
  readonly project: Project;
  readonly subtaskId: string | undefined;
  readonly isBuyer: boolean;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
  /** Its parts have taken its place. */
  readonly onSplit: () => void;
}

/** One subtask beside the plan: its brief, who has it, what was handed in, its review and its thread. */
export function SubtaskPanel({ subtaskId, onClose, ...inside }: SubtaskPanelProps) {
  return (
    <SidePanel opened={subtaskId !== undefined} onClose={onClose} title="Subtask">
      {subtaskId === undefined ? null : <Inside key={subtaskId} subtaskId={subtaskId} {...inside} />}
    </SidePanel>
  );
}

const writable: ReadonlySet<string> = new Set(["open", "in_progress", "in_review"]);

function Inside({
  project,
  subtaskId,
  isBuyer,
  onOpen,
  onSplit,
}: Omit<SubtaskPanelProps, "onClose"> & { readonly subtaskId: string }) {
  const query = useQuery(subtaskQuery(project.id, subtaskId));
  return (
    <Loaded query={query}>
      {({ subtask, dependencies, assignment, submission, evaluation }) => (
        <>
          <div className={classes.header}>
            <h2 dir="auto">{subtask.title}</h2>
            <div className={classes.line}>
              <StateBadge state={stageOf(subtask.state)} /> <CopyableId id={subtask.id} of="subtask" />
            </div>
          </div>
          <Facts
            facts={{
              Budget: <Money amount={subtask.price ?? subtask.budget} currency={subtask.currency} strong />,
              Who: assignment === null ? undefined : <PartyName id={assignment.worker_id} />,
              Due: assignment?.due_at == null ? undefined : <When at={assignment.due_at} />,
              Revisions: subtask.revision_count === 0 ? undefined : subtask.revision_count,
              Completed: subtask.completed_at === null ? undefined : <When at={subtask.completed_at} />,
            }}
          />
          <div className={classes.brief}>
            <Markdown text={subtask.description} />
            {subtask.required_capabilities.length === 0 ? null : <Slugs names={subtask.required_capabilities} />}
            {dependencies.length === 0 ? null : (
              <p className={classes.line}>
                Waits for{" "}
                {dependencies.map(({ id, title, state }) => (
                  <span key={id} className={classes.dependency}>
                    <button type="button" onClick={() => onOpen(id)} dir="auto">
                      {title}
                    </button>{" "}
                    <StateBadge state={stageOf(state)} />
                  </span>
                ))}
              </p>
            )}
          </div>
          {isBuyer ? <StaffBox project={project} subtaskId={subtask.id} state={subtask.state} /> : null}
          {isBuyer ? <SplitBox project={project} subtask={subtask} onSplit={onSplit} /> : null}
          {submission === null ? null : (
            <Section title="Handed in">
              <SubmissionView submission={submission} evaluation={evaluation} />
              {isBuyer && subtask.state === "in_review" ? (
                <ReviewBox
                  taskId={subtask.id}
                  projectId={project.id}
                  submissionId={submission.id}
                  onApproval={
                    <>
                      <Money amount={subtask.price ?? subtask.budget} currency={subtask.currency} strong /> of the
                      project's money is paid to <PartyName id={submission.worker_id} />, less the fee. What waits for
                      this subtask begins. It cannot be undone.
                    </>
                  }
                  onRevision={
                    <>
                      <PartyName id={submission.worker_id} /> gets it back with your words, unpaid so far. What waits
                      for it goes on waiting.
                    </>
                  }
                />
              ) : null}
              {subtask.state === "disputed" ? (
                <p>
                  An administrator rules on it.{" "}
                  <Link to="/tasks/$taskId" params={{ taskId: subtask.id }}>
                    What each side says
                  </Link>
                </p>
              ) : null}
            </Section>
          )}
          <Section title="Thread">
            <Thread
              projectId={project.id}
              subtaskId={subtask.id}
              canWrite={isBuyer && writable.has(project.state) && subtask.state !== "cancelled"}
            />
          </Section>
        </>
      )}
    </Loaded>
  );
}
