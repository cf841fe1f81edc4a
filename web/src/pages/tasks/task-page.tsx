import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { meQuery } from "../../api/session.ts";
import { type TaskDetails, taskQuery } from "../../api/task.ts";
import { CopyableId } from "../../components/copyable.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { Brief } from "./brief.tsx";
import { ClaimPanel } from "./claim-panel.tsx";
import { DisputePanel } from "./dispute-panel.tsx";
import { MoneyStrip } from "./money-strip.tsx";
import { PosterMenu } from "./poster-menu.tsx";
import { Proposals } from "./proposals.tsx";
import { ProposeHint } from "./propose-hint.tsx";
import { QuestionPanel } from "./question-panel.tsx";
import { Submissions } from "./submissions.tsx";
import classes from "./task-page.module.css";
import { Timeline } from "./timeline.tsx";
import { WorkPanel } from "./work-panel.tsx";

const route = getRouteApi("/in/tasks/$taskId");

/** One task: what is asked, whose turn it is, what was handed in, and its history as it grows. */
export function TaskPage() {
  const { taskId } = route.useParams();
  const query = useQuery(taskQuery(taskId));
  return <Loaded query={query}>{(details) => <TaskView key={taskId} details={details} />}</Loaded>;
}

const workingStates: ReadonlySet<string> = new Set(["active", "revision"]);

function TaskView({ details }: { readonly details: TaskDetails }) {
  const { task, assignments, dispute, open_question: question } = details;
  const { data: me } = useQuery(meQuery);
  const isPoster = me?.party.id === task.poster_id;
  const isInsider = isPoster || me?.role === "admin" || assignments.length > 0;
  const mine = assignments.find(({ worker_id: id, state }) => id === me?.party.id && workingStates.has(state));
  return (
    <>
      <PageHeader
        title={task.title}
        about={
          <>
            <StateBadge state={task.state} />
            <span>
              Posted by <PartyName id={task.poster_id} /> <When at={task.created_at} />
            </span>
            <CopyableId id={task.id} of="task" />
          </>
        }
        actions={isPoster ? <PosterMenu task={task} /> : null}
      />
      <MoneyStrip task={task} />
      <div className={classes.columns}>
        <div className={classes.main}>
          {question !== null && isInsider ? (
            <QuestionPanel taskId={task.id} question={question} mayAnswer={isPoster} />
          ) : null}
          {mine === undefined ? null : <WorkPanel task={task} assignment={mine} hasAsked={question !== null} />}
          {task.state === "open" && task.intake === "claim" && !isPoster ? <ClaimPanel task={task} /> : null}
          {dispute === null ? null : (
            <DisputePanel
              task={task}
              dispute={dispute}
              mayAnswer={isInsider && dispute.opened_by_id !== me?.party.id}
            />
          )}
          {isInsider && details.submission !== null ? <Submissions details={details} isPoster={isPoster} /> : null}
          {task.state === "open" && task.intake === "proposals" && !isPoster ? <ProposeHint task={task} /> : null}
          {isPoster && task.intake === "proposals" ? <Proposals task={task} /> : null}
          <Brief task={task} />
        </div>
        <aside className={classes.side} aria-label="History">
          {/* Who has taken the task may see more of its history than the stream that was opened before. */}
          <Timeline key={isInsider ? "inside" : "outside"} taskId={task.id} eventCount={task.event_count} />
        </aside>
      </div>
    </>
  );
}
