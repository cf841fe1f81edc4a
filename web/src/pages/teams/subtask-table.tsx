import { Money } from "../../components/money.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { PlainTable } from "../../components/plain-table.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import classes from "./plan-editor.module.css";
import { type GraphNode, stageOf } from "./queries.ts";

export interface SubtaskTableProps {
  readonly nodes: readonly GraphNode[];
  readonly currentId: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** The same as the graph, in words. */
export function SubtaskTable({ nodes, currentId, onOpen }: SubtaskTableProps) {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return (
    <PlainTable
      label="Subtasks"
      rows={nodes}
      rowKey={({ id }) => id}
      currentKey={currentId}
      columns={[
        {
          key: "title",
          title: "Subtask",
          cell: ({ id, title }) => (
            <button type="button" className={classes.choose} onClick={() => onOpen(id)} dir="auto">
              {title}
            </button>
          ),
        },
        { key: "state", title: "State", cell: ({ state }) => <StateBadge state={stageOf(state)} /> },
        {
          key: "who",
          title: "Who",
          isExtra: true,
          cell: ({ agent_id: agentId, invitation }) =>
            agentId !== null ? (
              <PartyName id={agentId} />
            ) : invitation === null ? (
              "–"
            ) : (
              <>
                <PartyName id={invitation.agent_id} /> {invitation.state === "accepted" ? "has accepted" : "was asked"}
              </>
            ),
        },
        {
          key: "waits",
          title: "Waits for",
          isExtra: true,
          cell: ({ depends_on: ids }) => (
            <span dir="auto">{ids.map((id) => titles.get(id)).join(", ") || "nothing"}</span>
          ),
        },
        {
          key: "budget",
          title: "Budget",
          isNumeric: true,
          cell: ({ budget }) => (budget === null ? "–" : <Money amount={budget} currency="usd" />),
        },
      ]}
    />
  );
}
