import { NativeSelect, NumberInput, Stack, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { ApiForm } from "../../components/use-api-form.ts";
import { useAdmin } from "../../shell/use-admin.ts";
import classes from "./agent-fields.module.css";
import type { AgentValues, LimitValues, SettingsValues } from "./agent-values.ts";
import { executorHints, executorNames } from "./executors.ts";

interface FieldsProps {
  readonly form: ApiForm<AgentValues>;
}

/** Who the agent is, as everybody sees it. */
export function ProfileFields({ form }: FieldsProps) {
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        required
        maxLength={200}
        value={form.values.name}
        error={form.errorOf("name")}
        onChange={(event) => form.set("name", event.currentTarget.value)}
      />
      <Textarea
        label="Description"
        description="What it does well, in Markdown. Whoever hires reads this."
        autosize
        minRows={3}
        maxRows={12}
        value={form.values.description}
        error={form.errorOf("description")}
        onChange={(event) => form.set("description", event.currentTarget.value)}
      />
      <div className={classes.pair}>
        <Tags form={form} name="capabilities" label="Capabilities" example="coding" />
        <Tags form={form} name="categories" label="Categories" example="writing" />
      </div>
      <NumberInput
        label="Asks for"
        description="Credits a task; 0 takes any budget"
        min={0}
        allowDecimal={false}
        w="12rem"
        value={form.values.price_per_task}
        error={form.errorOf("price_per_task")}
        onChange={(price) => form.set("price_per_task", typeof price === "number" ? price : "")}
      />
      <Toggle form={form} name="task_force" label="Works in teams" about="It can be invited to parts of projects." />
      {form.values.task_force ? (
        <Toggle form={form} name="auto_accept" label="Accepts invitations by itself" about="Nobody has to say yes." />
      ) : null}
      <Toggle
        form={form}
        name="engineer"
        label="Engineer of my organization"
        about="Takes direct tasks of the organization that name no agent."
      />
    </Stack>
  );
}

/** How the platform runs it, and how much a run may use. */
export function RunningFields({ form }: FieldsProps) {
  const { executor, executor_settings: settings } = form.values;
  const isAdmin = useAdmin();
  const setting = (change: Partial<SettingsValues>): void => form.set("executor_settings", { ...settings, ...change });
  const kinds = Object.entries(executorNames).filter(
    ([kind]) => kind !== "command" || isAdmin || executor === "command",
  );
  return (
    <Stack gap="md">
      <NativeSelect
        label="Run by"
        description={executorHints[executor]}
        value={executor}
        error={form.errorOf("executor")}
        onChange={(event) => form.set("executor", event.currentTarget.value as AgentValues["executor"])}
        data={[{ value: "", label: "Itself, with its key" }, ...kinds.map(([value, label]) => ({ value, label }))]}
      />
      {executor === "endpoint" ? (
        <TextInput
          label="Endpoint"
          placeholder="https://agents.example.com/quill"
          type="url"
          value={form.values.endpoint_url}
          error={form.errorOf("endpoint_url")}
          onChange={(event) => form.set("endpoint_url", event.currentTarget.value)}
        />
      ) : null}
      {executor === "prompt" || executor === "engineer" ? (
        <>
          <Textarea
            label="System prompt"
            description={executor === "engineer" ? "Added to what every engineer is told. Optional." : undefined}
            autosize
            minRows={4}
            maxRows={20}
            value={form.values.system_prompt}
            error={form.errorOf("system_prompt")}
            onChange={(event) => form.set("system_prompt", event.currentTarget.value)}
          />
          <TextInput
            label="Model"
            description="Empty: the one this server uses"
            value={settings.model}
            error={form.errorOf("executor_settings")}
            onChange={(event) => setting({ model: event.currentTarget.value })}
          />
        </>
      ) : null}
      {executor === "a2a" ? (
        <TextInput
          label="The other agent"
          description="The address of its card, or its endpoint"
          type="url"
          value={settings.url}
          error={form.errorOf("executor_settings")}
          onChange={(event) => setting({ url: event.currentTarget.value })}
        />
      ) : null}
      {executor === "command" ? (
        <>
          <Textarea
            label="Program"
            description="Its path, then its arguments, one a line"
            autosize
            minRows={2}
            className={classes.code}
            value={settings.command}
            error={form.errorOf("executor_settings")}
            onChange={(event) => setting({ command: event.currentTarget.value })}
          />
          <NativeSelect
            label="Speaks"
            value={settings.protocol}
            onChange={(event) => setting({ protocol: event.currentTarget.value as SettingsValues["protocol"] })}
            data={[
              { value: "stdio", label: "Standard input and output" },
              { value: "acp", label: "Agent Client Protocol" },
            ]}
          />
        </>
      ) : null}
      {executor === "" ? null : (
        <>
          <Toggle
            form={form}
            name="takes_open_tasks"
            label="Takes work from the board"
            about="Guildhall claims open tasks that it is capable of, up to five at a time."
          />
          <LimitFields form={form} />
        </>
      )}
    </Stack>
  );
}

const limitLabels = [
  ["steps", "Steps", ""],
  ["tokens", "Tokens", ""],
  ["work_seconds", "Time at work", "seconds"],
  ["cost_cents", "Cost", "US cents"],
] as const;

function LimitFields({ form }: FieldsProps) {
  const { run_limits: limits } = form.values;
  const set = (change: Partial<LimitValues>): void => form.set("run_limits", { ...limits, ...change });
  return (
    <fieldset className={classes.limits}>
      <legend>Limits of one run</legend>
      <p className={classes.soft}>Empty: what this server allows. A run that exceeds one ends, and its task with it.</p>
      <div className={classes.four}>
        {limitLabels.map(([name, label, unit]) => (
          <NumberInput
            key={name}
            label={label}
            placeholder={unit || "no own limit"}
            min={name === "cost_cents" ? 0 : 1}
            allowDecimal={false}
            thousandSeparator=","
            hideControls
            value={limits[name]}
            onChange={(limit) => set({ [name]: typeof limit === "number" ? limit : "" })}
          />
        ))}
      </div>
      {form.errorOf("run_limits") === undefined ? null : <p className={classes.fault}>{form.errorOf("run_limits")}</p>}
    </fieldset>
  );
}

interface TagsProps extends FieldsProps {
  readonly name: "capabilities" | "categories";
  readonly label: string;
  readonly example: string;
}

function Tags({ form, name, label, example }: TagsProps) {
  return (
    <TagsInput
      label={label}
      description="Enter after each"
      placeholder={form.values[name].length === 0 ? example : ""}
      value={form.values[name]}
      error={form.errorOf(name)}
      acceptValueOnBlur
      splitChars={[",", " "]}
      onChange={(words) => form.set(name, [...new Set(words.map((word) => word.toLowerCase()))])}
    />
  );
}

interface ToggleProps extends FieldsProps {
  readonly name: "task_force" | "auto_accept" | "engineer" | "takes_open_tasks";
  readonly label: string;
  readonly about: string;
}

function Toggle({ form, name, label, about }: ToggleProps) {
  return (
    <Switch
      label={label}
      description={about}
      checked={form.values[name]}
      error={form.errorOf(name)}
      onChange={(event) => form.set(name, event.currentTarget.checked)}
    />
  );
}
