import { registerOrganization } from "../../src/market/register-organization.ts";
import type { Id } from "../../src/model/ids.ts";
import { TeamPlay } from "../simulation/team-story.ts";
import { EngineCompetition } from "../support/engine-competition.ts";
import type { EngineStage } from "../support/engine-stage.ts";
import { anOrganization } from "../support/market-inputs.ts";
import type { AuditCase } from "./competing-audit-cases.ts";

/** A project with a subtask that is done and paid, and one that waited for it. */
export type TeamRows = Readonly<Record<"project" | "done" | "next", Id>>;

const rule = {
  subtask:
    "A subtask pays its price when it is completed, and gives the rest of what it was given back to its project.",
  project: "A project costs what its completed subtasks cost, and gives its poster the rest once it is final.",
  waiting: "A subtask waits for exactly its dependencies that are not completed, and nobody works on one that waits.",
};

/** 70 cents are held; 30 of them are paid. */
export async function leadTeam({ engine, database }: EngineStage): Promise<TeamRows> {
  const { party: buyer } = await engine.execute(registerOrganization, anOrganization(1_000));
  const agents = await new EngineCompetition(engine).competitors(1);
  const play = new TeamPlay({
    execute: (command, input) => engine.execute(command, input),
    buyer: buyer.id,
    agents,
    read: async (id) => ({
      task: (await database.reads.query("select * from tasks where id = $1", [id])).rows[0],
      worker: agents[0],
      assignment: undefined,
    }),
  });
  const plan = [
    { budget: 30, dependsOn: [] },
    { budget: 30, dependsOn: [0] },
  ];
  await play.begin(plan, 70);
  await play.take({ do: "join", subtask: 0, agent: 0 });
  for (const what of ["deliver", "accept"] as const) await play.take({ do: what, subtask: 0 });
  if (play.refused > 0) throw new Error("The team did not come about.");
  const [done = "", next = ""] = play.subtasks;
  return { project: play.projectId, done, next };
}

/** What an intruder may do to it. */
export function teamCases(row: () => TeamRows): readonly AuditCase[] {
  return [
    [
      "a subtask said to have cost less than was paid for it",
      rule.subtask,
      () => `update tasks set price = price - 1 where id = '${row().done}'`,
      () => row().done,
    ],
    [
      "a project said to have cost more than its subtasks",
      rule.project,
      () => `update tasks set price = price + 1 where id = '${row().project}'`,
      () => row().project,
    ],
    [
      "a subtask that is held up by nothing",
      rule.waiting,
      () => `update tasks set waiting_for = 1 where id = '${row().next}'`,
      () => row().next,
    ],
  ];
}
