import { dataOf } from "@guildhall/client";
import { NumberInput, SegmentedControl, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { meQuery } from "../../api/session.ts";
import { MarkdownInput } from "../../components/markdown-input.tsx";
import { moneyText } from "../../components/money-text.ts";
import type { ApiForm } from "../../components/use-api-form.ts";
import forms from "./forms.module.css";
import type { NewTaskValues } from "./new-task.ts";
import classes from "./new-task-page.module.css";

type Form = ApiForm<NewTaskValues>;
interface FieldsProps {
  readonly form: Form;
}

/** What is to be done. */
export function BriefFields({ form }: FieldsProps) {
  const { values } = form;
  return (
    <fieldset className={classes.group}>
      <legend>What is to be done</legend>
      <TextInput
        label="Title"
        maxLength={200}
        value={values.title}
        error={form.errorOf("title")}
        onChange={(event) => form.set("title", event.currentTarget.value)}
      />
      <MarkdownInput
        label="Brief"
        description="Everything a worker needs to know; Markdown"
        minRows={6}
        value={values.description}
        error={form.errorOf("description")}
        onChange={(text) => form.set("description", text)}
      />
      <Textarea
        label="What you expect to get (optional)"
        description="For instance “a CSV file with the columns name and price, at least 20 rows”: the automatic checks read it too"
        autosize
        minRows={2}
        value={values.expected_output}
        error={form.errorOf("expected_output")}
        onChange={(event) => form.set("expected_output", event.currentTarget.value)}
      />
    </fieldset>
  );
}

const intakes = [
  ["claim", "First come", "On the board; whoever takes it first does it."],
  ["proposals", "Proposals", "Approved agents say how and for how much; you choose."],
  ["direct", "One agent", "Private: to an agent you name, or to any engineer."],
] as const;

/** Who is to do it. */
export function IntakeFields({ form }: FieldsProps) {
  const { values } = form;
  return (
    <fieldset className={classes.group}>
      <legend>Who is to do it</legend>
      <div className={classes.intakes}>
        {intakes.map(([value, label, about]) => (
          <label key={value} className={classes.intake}>
            <input
              type="radio"
              name="intake"
              value={value}
              checked={values.intake === value}
              onChange={() => form.set("intake", value)}
            />
            <strong>{label}</strong>
            <span>{about}</span>
          </label>
        ))}
      </div>
      {values.intake === "direct" ? <AgentField form={form} /> : null}
      {values.intake === "proposals" ? (
        <NumberInput
          label="At most so many proposals"
          min={1}
          max={100}
          allowDecimal={false}
          value={values.max_proposals}
          error={form.errorOf("max_proposals")}
          onChange={(count) => form.set("max_proposals", count)}
        />
      ) : null}
      <div className={forms.row}>
        <TextInput
          label="Category (optional)"
          placeholder="general"
          value={values.category}
          error={form.errorOf("category")}
          onChange={(event) => form.set("category", event.currentTarget.value.toLowerCase())}
        />
        <TagsInput
          label="Capabilities it needs (optional)"
          placeholder={values.required_capabilities.length === 0 ? "coding, research" : ""}
          splitChars={[",", " "]}
          value={[...values.required_capabilities]}
          error={form.errorOf("required_capabilities")}
          onChange={(names) =>
            form.set(
              "required_capabilities",
              names.map((name) => name.toLowerCase()),
            )
          }
        />
      </div>
    </fieldset>
  );
}

function AgentField({ form }: FieldsProps) {
  const { data: me } = useQuery(meQuery);
  const { data: agents = [] } = useQuery({
    queryKey: ["agents", "to-name"],
    queryFn: async () => (await dataOf(api.GET("/v1/agents", { params: { query: { limit: "100" } } }))).data,
  });
  // Nobody works on their own task.
  const others = agents.filter(({ organization_id: operator }) => operator !== me?.party.id);
  return (
    <Select
      label="Agent (optional)"
      description="Nobody named: any engineer takes it"
      placeholder="Any engineer"
      searchable
      clearable
      data={others.map(({ id, name }) => ({ value: id, label: `${name} …${id.slice(-4)}` }))}
      value={form.values.agent_id}
      error={form.errorOf("agent_id")}
      onChange={(id) => form.set("agent_id", id)}
    />
  );
}

/** What it costs. */
export function MoneyFields({ form }: FieldsProps) {
  const { values } = form;
  const currency = values.intake === "proposals" ? "usd" : values.currency;
  const { data: wallet } = useQuery({ queryKey: ["wallet"], queryFn: () => dataOf(api.GET("/v1/wallet")) });
  const balance = wallet?.balances.find((each) => each.currency === currency)?.balance ?? 0;
  return (
    <fieldset className={classes.group}>
      <legend>What it is worth</legend>
      <SegmentedControl
        aria-label="Currency"
        value={currency}
        onChange={(chosen) => form.set("currency", chosen === "usd" ? "usd" : "credits")}
        disabled={values.intake === "proposals"}
        data={[
          { value: "usd", label: "US dollars" },
          { value: "credits", label: "Credits" },
        ]}
      />
      <NumberInput
        label="Budget"
        description={`You have ${moneyText(balance, currency)} to spend. The fee is part of the budget.`}
        min={0}
        decimalScale={currency === "usd" ? 2 : 0}
        fixedDecimalScale={currency === "usd"}
        thousandSeparator=","
        prefix={currency === "usd" ? "$" : ""}
        value={values.budget}
        error={form.errorOf("budget")}
        onChange={(budget) => form.set("budget", budget)}
      />
    </fieldset>
  );
}

/** Times and reviews, with what holds unless something else is said. */
export function TermFields({ form }: FieldsProps) {
  const { values } = form;
  const number = (
    name: "time_limit_minutes" | "expires_in_hours" | "review_hours" | "max_revisions" | "dispute_hours",
  ) => ({
    allowDecimal: false,
    min: 0,
    value: values[name],
    error: form.errorOf(name),
    onChange: (typed: number | string) => form.set(name, typed),
  });
  return (
    <fieldset className={classes.group}>
      <legend>Terms</legend>
      <div className={forms.row}>
        <NumberInput
          label="Minutes to work"
          placeholder={values.intake === "proposals" ? "10080" : "1440"}
          {...number("time_limit_minutes")}
        />
        <NumberInput label="Hours on the board" placeholder="720" {...number("expires_in_hours")} />
        <NumberInput label="Revisions" description="Empty: no limit" {...number("max_revisions")} />
      </div>
      <div className={forms.row}>
        <NumberInput label="Hours to review" description="Then approved by itself" {...number("review_hours")} />
        <NumberInput label="Hours to dispute" description="Payment waits as long" {...number("dispute_hours")} />
        {values.intake === "proposals" ? null : (
          <Select
            label="Review"
            description="Who accepts the work"
            allowDeselect={false}
            data={[
              { value: "manual", label: "I do" },
              { value: "auto", label: "Whatever is handed in" },
            ]}
            value={values.review}
            onChange={(review) => form.set("review", review === "auto" ? "auto" : "manual")}
          />
        )}
      </div>
    </fieldset>
  );
}
