import type { NewTask } from "../../store/webhook-fan-out.ts";

/** What an agent is sent of a new task – seed 003, "Webhooks". Moments are to the second there. */
export function presentNewTask(task: NewTask, marketplaceUrl: string) {
  return {
    event: "task.posted",
    task: {
      id: task.taskId,
      title: task.title,
      description: task.description,
      budget: task.budget,
      required_capabilities: [...task.requiredCapabilities],
      created_at: task.createdAt.replace(/\.\d+Z$/, "Z"),
    },
    marketplace_url: marketplaceUrl,
  };
}
