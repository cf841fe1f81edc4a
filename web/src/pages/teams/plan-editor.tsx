import { Button } from "@mantine/core";
import { useState } from "react";
import { Money } from "../../components/money.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { CostLine } from "./cost-line.tsx";
import { LazyGraph } from "./lazy-graph.tsx";
import { PartForm } from "./part-form.tsx";
import { circleOf, circleText, newPart, type Part, without } from "./plan-draft.ts";
import classes from "./plan-editor.module.css";
import { stageOf } from "./queries.ts";

export interface PlanEditorProps {
  /** null: the project is not there yet. */
  readonly projectId: string | null;
  readonly parts: readonly Part[];
  readonly onChange: (parts: readonly Part[]) => void;
  /** What the plan may cost, in US cents; null: not said yet. */
  readonly budget: number | null;
}

/** A plan, drawn as a graph or filled in as a table. What would run in a circle is refused as it is drawn. */
export function PlanEditor({ projectId, parts, onChange, budget }: PlanEditorProps) {
  const [currentKey, setCurrentKey] = useState<string | undefined>(parts.find(({ isBegun }) => !isBegun)?.key);
  const [refusal, setRefusal] = useState<string | null>(null);
  const current = parts.find(({ key }) => key === currentKey);
  const put = (part: Part): void => onChange(parts.map((each) => (each.key === part.key ? part : each)));
  const partOf = (key: string): Part | undefined => parts.find((each) => each.key === key);
  const refusalOf = (from: string, to: string): string | null => {
    const waiting = partOf(to);
    if (waiting?.isBegun === true) return `“${waiting.title}” was begun: it waits for nothing more.`;
    const circle = circleOf(parts, from, to);
    return circle === null ? null : circleText(circle);
  };
  const rewire = (to: string, dependsOn: readonly string[]): void => {
    const part = partOf(to);
    if (part === undefined || part.isBegun) return;
    const refused = dependsOn.filter((from) => !part.dependsOn.includes(from)).map((from) => refusalOf(from, to));
    const reason = refused.find((each) => each !== null) ?? null;
    setRefusal(reason);
    if (reason === null) put({ ...part, dependsOn });
  };
  const add = (): void => {
    const part = newPart(parts);
    onChange([...parts, part]);
    setCurrentKey(part.key);
  };
  return (
    <div className={classes.editor}>
      <div className={classes.drawing}>
        <div className={classes.head}>
          <CostLine parts={parts} word="subtask" budget={budget} currency="usd" />
          <Button variant="default" size="xs" onClick={add}>
            Add a subtask
          </Button>
        </div>
        <div role="alert">{refusal === null ? null : <p className={classes.refusal}>{refusal}</p>}</div>
        {parts.length === 0 ? null : (
          <LazyGraph
            parts={parts.map(({ key, title, state, budget: cents, dependsOn }) => ({
              ...{ id: key, title, state, dependsOn },
              budget: cents,
              agentId: null,
            }))}
            currentId={currentKey}
            onOpen={setCurrentKey}
            drawing={{
              allows: (from, to) => refusalOf(from, to) === null,
              onJoin: (from, to) => rewire(to, [...new Set([...(partOf(to)?.dependsOn ?? []), from])]),
              onRefused: (from, to) => setRefusal(refusalOf(from, to)),
              onCut: (from, to) =>
                rewire(
                  to,
                  (partOf(to)?.dependsOn ?? []).filter((each) => each !== from),
                ),
            }}
          />
        )}
        <p className={classes.hint}>
          Draw a line from the end of a subtask to the start of one that must wait for it; Delete removes the line that
          is chosen. “Waits for” says the same.
        </p>
        <PlainTable
          label="Subtasks of the plan"
          rows={parts}
          rowKey={({ key }) => key}
          currentKey={currentKey}
          columns={[
            {
              key: "title",
              title: "Subtask",
              cell: ({ key, title }) => (
                <button type="button" className={classes.choose} onClick={() => setCurrentKey(key)} dir="auto">
                  {title}
                </button>
              ),
            },
            {
              key: "waits",
              title: "Waits for",
              isExtra: true,
              cell: ({ dependsOn }) => dependsOn.map((key) => partOf(key)?.title ?? "–").join(", ") || "nothing",
            },
            { key: "state", title: "State", isExtra: true, cell: ({ state }) => <StateBadge state={stageOf(state)} /> },
            {
              key: "budget",
              title: "Budget",
              isNumeric: true,
              cell: ({ budget: cents }) => <Money amount={cents} currency="usd" />,
            },
          ]}
        />
      </div>
      <div className={classes.form}>
        {current === undefined ? (
          <p className={classes.hint}>Choose a subtask to change it, or add one.</p>
        ) : (
          <PartForm
            key={current.key}
            projectId={projectId}
            part={current}
            others={parts.filter(({ key }) => key !== current.key)}
            onChange={put}
            onRewire={(dependsOn) => rewire(current.key, dependsOn)}
            onDrop={() => {
              onChange(without(parts, current.key));
              setCurrentKey(undefined);
            }}
          />
        )}
      </div>
    </div>
  );
}
