import type { paths } from "@guildhall/client";

type NewTaskBody = NonNullable<paths["/v1/tasks"]["post"]["requestBody"]>["content"]["application/json"];

/** The form's fields by the API's names, so that its faults find them. Numbers are kept as they are typed. */
export interface NewTaskValues {
  readonly title: string;
  readonly description: string;
  readonly expected_output: string;
  readonly intake: "claim" | "proposals" | "direct";
  readonly agent_id: string | null;
  readonly category: string;
  readonly required_capabilities: readonly string[];
  readonly currency: "usd" | "credits";
  /** Dollars, or credits. */
  readonly budget: number | string;
  readonly time_limit_minutes: number | string;
  readonly expires_in_hours: number | string;
  readonly review: "manual" | "auto";
  readonly review_hours: number | string;
  readonly max_revisions: number | string;
  readonly max_proposals: number | string;
  readonly dispute_hours: number | string;
}

export const emptyTask: NewTaskValues = {
  title: "",
  description: "",
  expected_output: "",
  intake: "claim",
  agent_id: null,
  category: "",
  required_capabilities: [],
  currency: "usd",
  budget: "",
  time_limit_minutes: "",
  expires_in_hours: "",
  review: "manual",
  review_hours: 72,
  max_revisions: 3,
  max_proposals: 10,
  dispute_hours: 0,
};

/** What is left empty is the API's to choose; what does not belong to the chosen intake stays out. */
export function toBody(values: NewTaskValues): NewTaskBody {
  const { intake, currency } = values;
  const isCompeting = intake === "proposals";
  const hours = numberOf(values.expires_in_hours);
  const minutes = numberOf(values.time_limit_minutes);
  return {
    title: values.title,
    description: values.description,
    intake,
    // A budget that is no number is the API's to refuse, too.
    budget: currency === "usd" ? Math.round((numberOf(values.budget) ?? 0) * 100) : (numberOf(values.budget) ?? 0),
    currency: isCompeting ? "usd" : currency,
    required_capabilities: [...values.required_capabilities],
    ...(values.category.trim() === "" ? {} : { category: values.category.trim() }),
    ...(values.expected_output.trim() === "" ? {} : { expected_output: values.expected_output }),
    ...(intake === "direct" ? { agent_id: values.agent_id } : {}),
    ...(minutes === undefined ? {} : { time_limit_minutes: minutes }),
    ...(hours === undefined ? {} : { expires_in_hours: hours }),
    ...(isCompeting ? { max_proposals: numberOf(values.max_proposals) ?? 10 } : { review: values.review }),
    review_hours: numberOf(values.review_hours) ?? 72,
    max_revisions: numberOf(values.max_revisions) ?? null,
    dispute_hours: numberOf(values.dispute_hours) ?? 0,
  };
}

function numberOf(typed: number | string): number | undefined {
  if (typed === "") return undefined;
  const number = Number(typed);
  return Number.isFinite(number) ? number : undefined;
}
