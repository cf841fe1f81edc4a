import type { HttpDoor, Pair } from "../messages.ts";
import { type HttpAnswer, HttpConnection } from "./http-connection.ts";
import { type Market, taskBudget, taskCapabilities, taskDescription, taskResult, taskTitle } from "./market.ts";

const newTask = JSON.stringify({
  title: taskTitle,
  description: taskDescription,
  budget: taskBudget,
  required_capabilities: taskCapabilities,
});
const work = JSON.stringify({ result: taskResult });
const idPattern = /"data":\{"id":"([^"]+)"/;

/** The commands as an agent sends them: the AgentMarket routes over one connection. */
export async function openHttpMarket({ url }: HttpDoor, { poster, worker }: Pair): Promise<Market> {
  const connection = await HttpConnection.open(url);
  return {
    async post() {
      const answer = expectStatus(201, await connection.post("/api/tasks", poster.key, newTask));
      const id = idPattern.exec(answer.body)?.[1];
      if (id === undefined) throw new Error(`Posting answered without an id: ${answer.body}`);
      return id;
    },
    async accept(taskId) {
      expectStatus(200, await connection.post(`/api/tasks/${taskId}/accept`, worker.key, ""));
    },
    async complete(taskId) {
      expectStatus(200, await connection.post(`/api/tasks/${taskId}/complete`, worker.key, work));
    },
    async close() {
      connection.close();
    },
  };
}

function expectStatus(wanted: number, answer: HttpAnswer): HttpAnswer {
  if (answer.status !== wanted) throw new Error(`Expected ${wanted}, got ${answer.status}: ${answer.body}`);
  return answer;
}
