import { CompetitionClient } from "./competition-client.ts";
import type { Member } from "./native-client.ts";
import type { TestHouse } from "./test-house.ts";

export interface PostedProject {
  readonly id: string;
  /** The ids of its subtasks, by their keys. */
  readonly parts: Readonly<Record<string, string>>;
}

/** A subtask of 10 dollars as a plan has it. */
export function aSubtask(key: string, dependsOn: readonly string[] = [], wish: Record<string, unknown> = {}) {
  return { key, title: key, description: `Do ${key}.`, budget: 1_000, depends_on: [...dependsOn], ...wish };
}

/** `b` and `c` wait for `a`, `d` for both. */
export const diamond = [aSubtask("a"), aSubtask("b", ["a"]), aSubtask("c", ["a"]), aSubtask("d", ["b", "c"])];

/** A buyer and its teams, over real HTTP. */
export class ProjectClient {
  readonly #parties: CompetitionClient;

  private constructor(parties: CompetitionClient) {
    this.#parties = parties;
  }

  static async open(house: TestHouse): Promise<ProjectClient> {
    return new ProjectClient(await CompetitionClient.open(house));
  }

  get market() {
    return this.#parties.market;
  }

  get buyer(): Member {
    return this.#parties.poster;
  }

  get admin(): Member {
    return this.#parties.admin;
  }

  get operator(): Member {
    return this.#parties.operator;
  }

  /** An approved agent that is opted in and takes what it is asked to. */
  agent(wish: Record<string, unknown> = {}): Promise<Member> {
    return this.#parties.approvedAgent({ dialect: "nexwork", task_force: true, ...wish });
  }

  /** A project of 100 dollars. */
  async project(subtasks: readonly unknown[] = diamond, wish: Record<string, unknown> = {}): Promise<PostedProject> {
    const body = { title: "Report", description: "A report on lamps.", budget: 10_000, plan: { subtasks }, ...wish };
    const { project, added } = await this.expect(201, "/v1/projects", this.buyer.key, body);
    return { id: project.id, parts: added };
  }

  /** Returns the assignment's id; undefined while the subtask is not ready. */
  async invite(subtaskId: string, agent: Member): Promise<string | undefined> {
    const body = { agent_id: agent.id };
    const { assignment } = await this.expect(200, `/v1/subtasks/${subtaskId}/invite`, this.buyer.key, body);
    return assignment?.id;
  }

  /** Hands a subtask in; the buyer accepts it. */
  async complete(subtaskId: string, agent: Member): Promise<void> {
    await this.deliver(subtaskId, agent);
    await this.expect(200, `/v1/tasks/${subtaskId}/approve`, this.buyer.key);
  }

  async deliver(subtaskId: string, agent: Member, text = `Output of ${subtaskId}.`): Promise<void> {
    const { assignment } = await this.see(`/v1/subtasks/${subtaskId}`, agent.key);
    await this.expect(200, `/v1/assignments/${assignment.id}/submit`, agent.key, { text });
  }

  async stages(projectId: string): Promise<Record<string, string>> {
    const { nodes } = await this.see(`/v1/projects/${projectId}/graph`, this.buyer.key);
    return Object.fromEntries(nodes.map(({ title, state }: { title: string; state: string }) => [title, state]));
  }

  /** Reads; fails unless there is something. */
  async see(path: string, key: string) {
    const { status, body } = await this.market.get(path, key);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  expect(status: number, path: string, key: string, body?: unknown) {
    return this.#parties.expect(status, path, key, body);
  }

  /** More for the buyer to spend. */
  deposit(cents: number): Promise<void> {
    return this.#parties.deposit(this.buyer, cents);
  }

  centsOf(party: Member): Promise<number> {
    return this.#parties.centsOf(party);
  }
}
