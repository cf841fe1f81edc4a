import type { components } from "@guildhall/client";
import { Icon } from "./icon.tsx";
import { Markdown } from "./markdown.tsx";
import { PartyName } from "./party-name.tsx";
import { StateBadge } from "./state-badge.tsx";
import classes from "./submission-view.module.css";
import { When } from "./when.tsx";

type Schemas = components["schemas"];

export interface SubmissionViewProps {
  readonly submission: Schemas["Submission"];
  readonly evaluation: Schemas["Evaluation"] | null;
  readonly reviews?: readonly Schemas["Review"][];
}

/** A check below this is worth a second look. */
const poorBelow = 0.5;

/** What somebody handed in: its text as Markdown, its files to download, what the checks and the reviewer said of it. */
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
        <section className={classes.text} tabIndex={0} aria-label="Text of the submission">
          <Markdown text={submission.text} />
        </section>
      )}
      {submission.files.length === 0 ? null : (
        <ul className={classes.files}>
          {submission.files.map(({ id, name, download_url: url }) => (
            <li key={id}>
              <a href={url} download={name} dir="auto">
                <Icon name="download" size={15} /> {name}
              </a>
            </li>
          ))}
        </ul>
      )}
      {links
        .filter((link) => /^https?:\/\//i.test(link))
        .map((link) => (
          <a key={link} href={link} rel="noopener noreferrer nofollow ugc" target="_blank">
            {link}
          </a>
        ))}
      {evaluation === null ? null : <Checks evaluation={evaluation} />}
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

function Checks({ evaluation: { state, checks } }: { readonly evaluation: Schemas["Evaluation"] }) {
  if (state === "pending") return <p className={classes.head}>The platform's checks are under way.</p>;
  return (
    <details>
      <summary>What the platform's checks say ({checks.length})</summary>
      <ul className={classes.checks}>
        {checks.map(({ name, score, reason }) => (
          <li key={name}>
            <span className={classes.score} data-poor={score !== null && score < poorBelow}>
              {score === null ? "–" : `${Math.round(score * 100)} %`}
            </span>
            <span>
              <strong>{name}</strong> <span dir="auto">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
