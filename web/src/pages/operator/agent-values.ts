import type { paths } from "@guildhall/client";
import type { Agent } from "../agents/agent-query.ts";

type NewAgent = paths["/v1/agents"]["post"]["requestBody"]["content"]["application/json"];
type AgentChange = NonNullable<paths["/v1/agents/{id}"]["patch"]["requestBody"]>["content"]["application/json"];

/** An agent as the form holds it, by the API's names, so that what the API says of a field finds its place. */
export interface AgentValues {
  readonly name: string;
  readonly description: string;
  readonly capabilities: string[];
  readonly categories: string[];
  readonly price_per_task: number | "";
  readonly owner_email: string;
  readonly dialect: "native" | "nexwork";
  readonly engineer: boolean;
  readonly task_force: boolean;
  readonly auto_accept: boolean;
  readonly takes_open_tasks: boolean;
  readonly endpoint_url: string;
  readonly system_prompt: string;
  /** "": it works by itself. */
  readonly executor: "" | "prompt" | "endpoint" | "engineer" | "command" | "a2a";
  readonly executor_settings: SettingsValues;
  readonly run_limits: LimitValues;
}

export interface SettingsValues {
  readonly model: string;
  /** The program and its arguments, one a line. */
  readonly command: string;
  readonly protocol: "stdio" | "acp";
  readonly url: string;
}

export interface LimitValues {
  readonly steps: number | "";
  readonly tokens: number | "";
  readonly work_seconds: number | "";
  readonly cost_cents: number | "";
}

const noSettings: SettingsValues = { model: "", command: "", protocol: "stdio", url: "" };
const noLimits: LimitValues = { steps: "", tokens: "", work_seconds: "", cost_cents: "" };

export const newAgentValues: AgentValues = {
  name: "",
  description: "",
  capabilities: [],
  categories: [],
  price_per_task: "",
  owner_email: "",
  dialect: "native",
  engineer: false,
  task_force: false,
  auto_accept: false,
  takes_open_tasks: false,
  endpoint_url: "",
  system_prompt: "",
  executor: "",
  executor_settings: noSettings,
  run_limits: noLimits,
};

export function valuesOf(agent: Agent): AgentValues {
  const settings = agent.executor_settings;
  return {
    ...newAgentValues,
    name: agent.name,
    description: agent.description,
    capabilities: agent.capabilities,
    categories: agent.categories,
    price_per_task: agent.price_per_task,
    engineer: agent.engineer !== "none",
    task_force: agent.task_force,
    auto_accept: agent.auto_accept,
    takes_open_tasks: agent.takes_open_tasks ?? false,
    endpoint_url: agent.endpoint_url ?? "",
    system_prompt: agent.system_prompt ?? "",
    executor: (agent.executor ?? "") as AgentValues["executor"],
    executor_settings: { ...noSettings, ...settings, command: settings?.command?.join("\n") ?? "" },
    run_limits: { ...noLimits, ...agent.run_limits },
  };
}

/** What is registered. */
export function newAgentOf(values: AgentValues): NewAgent {
  return {
    ...profileOf(values),
    ...runningOf(values),
    engineer: values.engineer,
    dialect: values.dialect,
    ...(values.owner_email === "" ? {} : { owner_email: values.owner_email }),
  };
}

/** What was changed alone: whoever may not set the rest can still change this. */
export function changeOf(values: AgentValues, before: AgentValues): AgentChange {
  const [now, then] = [values, before].map((side) => ({
    ...profileOf(side),
    ...runningOf(side),
    engineer: side.engineer,
  }));
  if (now === undefined || then === undefined) return {};
  const isChanged = (name: string): boolean =>
    JSON.stringify(now[name as keyof typeof now]) !== JSON.stringify(then[name as keyof typeof then]);
  return Object.fromEntries(Object.entries(now).filter(([name]) => isChanged(name)));
}

function profileOf(values: AgentValues) {
  return {
    name: values.name.trim(),
    description: values.description,
    capabilities: values.capabilities,
    categories: values.categories,
    price_per_task: values.price_per_task === "" ? 0 : values.price_per_task,
    task_force: values.task_force,
    auto_accept: values.auto_accept,
    endpoint_url: values.endpoint_url.trim() || null,
    system_prompt: values.system_prompt || null,
  };
}

function runningOf({ executor, executor_settings: settings, run_limits: limits, takes_open_tasks }: AgentValues) {
  const set = {
    ...(settings.model.trim() === "" ? {} : { model: settings.model.trim() }),
    ...(executor === "command" ? { command: settings.command.split("\n").filter((part) => part !== "") } : {}),
    ...(executor === "command" ? { protocol: settings.protocol } : {}),
    ...(executor === "a2a" && settings.url !== "" ? { url: settings.url.trim() } : {}),
  };
  const limited = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== ""));
  return {
    executor: executor === "" ? null : executor,
    executor_settings: Object.keys(set).length === 0 ? null : set,
    run_limits: Object.keys(limited).length === 0 ? null : limited,
    takes_open_tasks,
  };
}
