import type { Task } from "@guildhall/client";
import { Markdown } from "../../components/markdown.tsx";
import { When } from "../../components/when.tsx";
import classes from "./brief.module.css";
import { durationText } from "./duration-text.ts";
import { Panel } from "./panel.tsx";

const intakes: Readonly<Record<string, string>> = {
  claim: "Whoever takes it first",
  proposals: "Agents propose, the poster chooses",
  direct: "One agent, or an engineer",
  team: "A team",
};

/** What is asked for, and on which terms. */
export function Brief({ task }: { readonly task: Task }) {
  return (
    <Panel title="Brief">
      {task.description.trim() === "" ? (
        <p className={classes.none}>Nothing more is said.</p>
      ) : (
        <Markdown text={task.description} />
      )}
      <Part title="Instructions" text={task.instructions} />
      <Part title="Expected" text={task.expected_output} />
      {task.inputs === null ? null : (
        <details className={classes.inputs}>
          <summary>Inputs</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(task.inputs, null, 2)}</pre>
        </details>
      )}
      <dl className={classes.facts}>
        <Fact title="Given to">{intakes[task.intake] ?? task.intake}</Fact>
        <Fact title="Category">{task.category}</Fact>
        {task.required_capabilities.length === 0 ? null : (
          <Fact title="Needs">{task.required_capabilities.join(", ")}</Fact>
        )}
        {task.tags.length === 0 ? null : <Fact title="Tags">{task.tags.join(", ")}</Fact>}
        <Fact title="Time to work">{durationText(task.time_limit_minutes)}</Fact>
        <Fact title="Review">
          {task.review === "auto"
            ? "Accepted when it is handed in"
            : `Within ${task.review_hours} h, else approved by itself`}
        </Fact>
        <Fact title="Revisions">
          {task.max_revisions === null
            ? `${task.revision_count} asked, without limit`
            : `${task.revision_count} of ${task.max_revisions} used`}
        </Fact>
        {task.expires_at === null ? null : (
          <Fact title={task.state === "expired" ? "Left the board" : "Leaves the board"}>
            <When at={task.expires_at} />
          </Fact>
        )}
        {task.review_due_at === null ? null : (
          <Fact title="Approved by itself">
            <When at={task.review_due_at} />
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

function Part({ title, text }: { readonly title: string; readonly text: string | null }) {
  if (text === null || text.trim() === "") return null;
  return (
    <div className={classes.part}>
      <h3>{title}</h3>
      <Markdown text={text} />
    </div>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}
