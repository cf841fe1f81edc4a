import { align, counts, span, times, whole } from "./format.ts";
import type { TeamResults } from "./measure-teams.ts";
import type { Verdict } from "./report.ts";

const wantedCost = 1.3;
const wantedThread = 1.2;

export function judgeTeams({ projects, costRatio, threads, threadRatio }: TeamResults): Verdict[] {
  const [small, large] = projects.map(({ subtasks }) => whole(subtasks));
  const [short, long] = threads.map(({ messages }) => whole(messages));
  return [
    {
      wanted: `a subtask of a project of ${large} costs ≤ ${wantedCost} × one of ${small}`,
      found: span(costRatio),
      met: costRatio.median <= wantedCost,
    },
    {
      wanted: `the last page of a thread of ${long} messages costs ≤ ${wantedThread} × of one of ${short}`,
      found: span(threadRatio),
      met: threadRatio.median <= wantedThread,
    },
  ];
}

export function teamLines({ agents, layers, projects, threads }: TeamResults): string[] {
  const table = [
    [
      `projects, ${agents} agents, ${layers} layers`,
      "commands per second",
      "ms per subtask",
      "p50/p99 ms: ready after completion",
      "with a member",
      "a command",
    ],
  ];
  for (const { projects: count, subtasks, commandsPerSecond, msPerSubtask, latency } of projects) {
    table.push([
      `${count} of ${whole(subtasks)} subtasks`,
      counts(commandsPerSecond),
      span(msPerSubtask),
      times(latency.ready),
      times(latency.assigned),
      times(latency.command),
    ]);
  }
  return [
    ...align(table),
    `Last page of a thread, over one connection: ${threads
      .map(
        (row) =>
          `${whole(row.messages)} messages ${counts(row.perSecond)} per second, p50/p99 ms ${times(row.latency)}`,
      )
      .join("; ")}`,
  ];
}
