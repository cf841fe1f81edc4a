import type { JudgedSubmission } from "../../api/task.ts";
import { Markdown } from "../../components/markdown.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { Evaluation } from "../tasks/evaluation.tsx";
import { FilePreview } from "../tasks/file-preview.tsx";
import classes from "./submission-view.module.css";

export interface SubmissionViewProps extends Pick<JudgedSubmission, "submission" | "evaluation"> {
  readonly reviews?: JudgedSubmission["reviews"];
}

/** What somebody handed in, folded to a readable height: its text, its files, what the checks and the reviewer said of it. */
export function SubmissionView({ submission, evaluation, reviews = [] }: SubmissionViewProps) {
  const links = [...submission.links, ...(submission.result_url === null ? [] : [submission.result_url])];
  return (
    <article className={classes.submission}>
      <div className={classes.head}>
        <PartyName id={submission.worker_id} /> <When at={submission.created_at} />
        {reviews.map(({ id, verdict }) => (
          <StateBadge key={id} state={verdict} />
        ))}
      </div>
      {submission.text === "" ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <div className={classes.text} tabIndex={0}>
          <Markdown text={submission.text} />
        </div>
      )}
      {submission.files.map((file) => (
        <FilePreview key={file.id} file={file} />
      ))}
      {links
        .filter((link) => /^https?:\/\//i.test(link))
        .map((link) => (
          <a key={link} href={link} rel="noopener noreferrer nofollow ugc" target="_blank">
            {link}
          </a>
        ))}
      {evaluation === null ? null : <Evaluation evaluation={evaluation} />}
      {reviews.map(({ id, feedback }) =>
        feedback === null ? null : (
          <div key={id} className={classes.review}>
            <Markdown text={feedback} />
          </div>
        ),
      )}
    </article>
  );
}
