import "@xyflow/react/dist/base.css";
import dagre from "@dagrejs/dagre";
import { useElementSize } from "@mantine/hooks";
import {
  Background,
  type Connection,
  Controls,
  type Edge,
  type FinalConnectionState,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { Money } from "../../components/money.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { stageOf } from "./queries.ts";
import classes from "./subtask-graph.module.css";

export interface GraphPart {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  /** US cents; null: not shown. */
  readonly budget: number | null;
  readonly agentId: string | null;
  readonly dependsOn: readonly string[];
}

export interface SubtaskGraphProps {
  readonly parts: readonly GraphPart[];
  readonly currentId?: string | undefined;
  readonly onOpen: (id: string) => void;
  /** Absent: it is only looked at. */
  readonly drawing?: Drawing;
}

export interface Drawing {
  /** Whether `to` may wait for `from`. */
  readonly allows: (from: string, to: string) => boolean;
  readonly onJoin: (from: string, to: string) => void;
  /** A line was drawn that is not allowed. */
  readonly onRefused: (from: string, to: string) => void;
  readonly onCut: (from: string, to: string) => void;
}

const [widthPx, heightPx] = [208, 76];
/** Where the plan runs down instead of to the right. */
const narrowPx = 520;
const [leastPx, mostPx, aroundPx] = [200, 560, 48];

type PartNode = Node<
  { part: GraphPart; isDown: boolean; isCurrent: boolean; canDraw: boolean; open: () => void },
  "part"
>;

/** The plan as a graph: who waits stands after what it waits for. */
export function SubtaskGraph(props: SubtaskGraphProps) {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  );
}

const nodeTypes = { part: PartBox };

function Graph({ parts, currentId, onOpen, drawing }: SubtaskGraphProps) {
  const { ref, width, height } = useElementSize();
  const isDown = width > 0 && width < narrowPx;
  const shape = JSON.stringify([isDown, parts.map(({ id, dependsOn }) => [id, dependsOn])]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: places change with the plan's shape, not with its states
  const layout = useMemo(() => placed(parts, isDown), [shape]);
  const nodes: PartNode[] = parts.map((part) => ({
    id: part.id,
    type: "part",
    position: layout.places.get(part.id) ?? { x: 0, y: 0 },
    width: widthPx,
    height: heightPx,
    // Where nothing is drawn React Flow would let no click through to the button inside.
    style: { pointerEvents: "all" },
    data: {
      part,
      isDown,
      isCurrent: part.id === currentId,
      canDraw: drawing !== undefined,
      open: () => onOpen(part.id),
    },
  }));
  const edges: Edge[] = parts.flatMap(({ id, state, dependsOn }) =>
    dependsOn.map((from) => ({
      id: `${from} ${id}`,
      source: from,
      target: id,
      className: state === "pending" || state === "planned" ? classes.waits : classes.ready,
      markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--line-strong)" },
      focusable: drawing !== undefined,
      selectable: drawing !== undefined,
    })),
  );
  const { fitView } = useReactFlow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: seen whole again when its shape or its place has changed
  useEffect(() => {
    // React Flow measures itself in the same frame as we do.
    const frame = requestAnimationFrame(() => {
      void fitView({ maxZoom: 1, padding: { x: "20px", y: "16px", right: "72px" } });
    });
    return () => cancelAnimationFrame(frame);
  }, [shape, width, height, fitView]);
  const endOf = (_event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    if (state.isValid !== false || state.fromNode === null || state.toNode === null) return;
    const isForward = state.fromHandle?.type === "source";
    const [from, to] = isForward ? [state.fromNode, state.toNode] : [state.toNode, state.fromNode];
    drawing?.onRefused(from.id, to.id);
  };
  const allows = ({ source, target }: Edge | Connection): boolean => drawing?.allows(source, target) ?? false;
  return (
    <div
      ref={ref}
      className={classes.graph}
      style={{ height: Math.min(mostPx, Math.max(leastPx, layout.heightPx + aroundPx)) }}
    >
      <ReactFlow
        aria-label="The plan as a graph; the same is in the table of subtasks"
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        nodesDraggable={false}
        nodesFocusable={false}
        nodesConnectable={drawing !== undefined}
        elementsSelectable={drawing !== undefined}
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        minZoom={0.2}
        maxZoom={1.5}
        deleteKeyCode={drawing === undefined ? null : ["Delete", "Backspace"]}
        isValidConnection={allows}
        onConnect={({ source, target }) => drawing?.onJoin(source, target)}
        onConnectEnd={endOf}
        onEdgesDelete={(cut) => {
          for (const { source, target } of cut) drawing?.onCut(source, target);
        }}
        onBeforeDelete={async ({ edges: chosen }) => ({ nodes: [], edges: chosen })}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} size={1} color="var(--line)" />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
    </div>
  );
}

function PartBox({ data: { part, isDown, isCurrent, canDraw, open } }: NodeProps<PartNode>) {
  return (
    <div className={classes.box} data-state={part.state} data-current={isCurrent || undefined} data-part={part.title}>
      <Handle
        type="target"
        position={isDown ? Position.Top : Position.Left}
        isConnectable={canDraw}
        className={canDraw ? classes.handle : classes.hidden}
      />
      <button type="button" className={`nodrag nopan ${classes.open}`} onClick={open}>
        <span className={classes.title} dir="auto">
          {part.title}
        </span>
        <span className={classes.line}>
          <StateBadge state={stageOf(part.state)} />
          {part.agentId === null ? (
            part.budget === null ? null : (
              <Money amount={part.budget} currency="usd" />
            )
          ) : (
            <span className={classes.who}>
              <PartyName id={part.agentId} />
            </span>
          )}
        </span>
      </button>
      <Handle
        type="source"
        position={isDown ? Position.Bottom : Position.Right}
        isConnectable={canDraw}
        className={canDraw ? classes.handle : classes.hidden}
      />
    </div>
  );
}

/** Where each part stands, so that few lines cross. */
function placed(parts: readonly GraphPart[], isDown: boolean) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: isDown ? "TB" : "LR", nodesep: 20, ranksep: isDown ? 40 : 64, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of parts) graph.setNode(id, { width: widthPx, height: heightPx });
  for (const { id, dependsOn } of parts) {
    for (const from of dependsOn) if (graph.hasNode(from)) graph.setEdge(from, id);
  }
  dagre.layout(graph);
  const places = new Map(
    parts.map(({ id }) => {
      const { x, y } = graph.node(id);
      return [id, { x: x - widthPx / 2, y: y - heightPx / 2 }];
    }),
  );
  return { places, heightPx: graph.graph().height ?? 0 };
}
