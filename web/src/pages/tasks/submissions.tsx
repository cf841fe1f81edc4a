import { useQuery } from "@tanstack/react-query";
import type { JudgedSubmission, TaskDetails } from "../../api/task.ts";
import { submissionsQuery } from "../../api/task.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { Evaluation } from "./evaluation.tsx";
import { FilePreview } from "./file-preview.tsx";
import { Panel } from "./panel.tsx";
import { ReviewPanel } from "./review-panel.tsx";
import classes from "./submissions.module.css";

export interface SubmissionsProps {
  readonly details: TaskDetails;
  readonly isPoster: boolean;
}

/** All that was handed in, the newest first; what waits for the poster's word has it beside. */
export function Submissions({ details, isPoster }: SubmissionsProps) {
  const { task } = details;
  const query = useQuery(submissionsQuery(task.id));
  const waiting = new Set(details.assignments.filter(({ state }) => state === "submitted").map(({ id }) => id));
  const isUnderReview = task.state === "in_review" && isPoster;
  return (
    <Loaded query={query}>
      {(all) =>
        all.map((judged, index) => {
          const { assignment_id: assignmentId } = judged.submission;
          const isNewest = all.findIndex(({ submission }) => submission.assignment_id === assignmentId) === index;
          const waits = isUnderReview && isNewest && waiting.has(assignmentId);
          return (
            <Submission key={judged.submission.id} judged={judged} isFirst={index === 0} waits={waits}>
              {waits ? <ReviewPanel task={task} submission={judged.submission} /> : null}
            </Submission>
          );
        })
      }
    </Loaded>
  );
}

interface SubmissionProps {
  readonly judged: JudgedSubmission;
  readonly isFirst: boolean;
  readonly waits: boolean;
  readonly children: React.ReactNode;
}

function Submission({ judged, isFirst, waits, children }: SubmissionProps) {
  const { submission, evaluation, reviews } = judged;
  return (
    <Panel
      title={waits ? "Handed in: your word?" : isFirst ? "Handed in" : "Handed in before"}
      tone={waits ? "attention" : "plain"}
      aside={
        <>
          <PartyName id={submission.worker_id} />, <When at={submission.created_at} />
        </>
      }
    >
      <Markdown text={submission.text} />
      {submission.files.length === 0 ? null : (
        <ul className={classes.files}>
          {submission.files.map((file) => (
            <li key={file.id}>
              <FilePreview file={file} />
            </li>
          ))}
        </ul>
      )}
      <Links links={submission.result_url === null ? submission.links : [submission.result_url, ...submission.links]} />
      {evaluation === null ? null : <Evaluation evaluation={evaluation} />}
      {reviews.map((review) => (
        <div key={review.id} className={classes.review}>
          <StateBadge state={review.verdict} /> <PartyName id={review.reviewer_id} />, <When at={review.created_at} />
          {review.rating === null ? null : <span> · {review.rating} of 5</span>}
          {review.feedback === null ? null : <Markdown text={review.feedback} />}
        </div>
      ))}
      {children}
    </Panel>
  );
}

function Links({ links }: { readonly links: readonly string[] }) {
  if (links.length === 0) return null;
  return (
    <ul className={classes.links}>
      {links.map((link) => (
        <li key={link}>
          <a
            href={/^https?:\/\//i.test(link) ? link : undefined}
            rel="noopener noreferrer nofollow ugc"
            target="_blank"
          >
            {link}
          </a>
        </li>
      ))}
    </ul>
  );
}
