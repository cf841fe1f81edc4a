import type { ApiClient } from "./api-client.ts";
import { waitFor } from "./wait-for.ts";
import { briefOf } from "./writings.ts";

/** Only the kept demo's members have it: those of act three have gone. */
export const teamSkill = "plain_language";

interface NewProject {
  readonly project: { readonly id: string };
  readonly added: Readonly<Record<string, string>>;
}

interface Submissions {
  readonly data: readonly unknown[];
}

/** Nothing lapses while somebody looks around. */
const patienceMinutes = 43_200;
const budgetCents = 12_000;
const smallBudgetCents = 2_000;
const part = (key: string, title: string, description: string, budget: number, dependsOn: readonly string[] = []) => ({
  key,
  title,
  description,
  budget,
  capabilities: [teamSkill],
  time_limit_minutes: patienceMinutes,
  depends_on: dependsOn,
});
const sections = part("sections", "Sections", briefOf.sections, 1_500);

/** Several parts in different stages; the last two wait for those that go on. */
const parts = [
  sections,
  part("glossary", "Glossary", briefOf.glossary, 2_000, ["sections"]),
  part("duties", "Duties", briefOf.duties, 2_000, ["sections"]),
  part("titles", "Section titles", "List the titles of the sections as CSV with the one column title.", 1_000, [
    "sections",
  ]),
  part("words", "Word list", "Put the glossary into words for the blurb: Markdown.", 1_500, ["glossary"]),
  part("leaflet", "Leaflet", "Put the word list, the duties and the titles together: a leaflet in Markdown.", 2_000, [
    "words",
    "duties",
    "titles",
  ]),
];

/**
 * A project in motion – one part done, one going on slowly, one that waits for the buyer's word, one in review – and
 * small ones in every other state. Returns the id of the one in motion.
 */
export async function bringTeamsToState(buyer: ApiClient): Promise<string> {
  const [moving] = await Promise.all([
    startMoving(buyer),
    post(buyer, "The licence on a postcard", { start: false }),
    post(buyer, "The licence on a tea towel", { start: false }).then(({ project }) =>
      buyer.post(`/v1/projects/${project.id}/cancel`),
    ),
    handIn(buyer, "The licence on a bookmark"),
    handIn(buyer, "The licence on a mug").then((path) =>
      buyer.post(`${path}/request-revision`, { reason: "Leave out the numbers, there is no room for them." }),
    ),
    handIn(buyer, "The licence on a tote bag").then((path) =>
      buyer.post(`${path}/dispute`, { reason: "The bag needs three lines, not nine." }),
    ),
  ]);
  return moving;
}

/** Waits until the project looks as it should. */
async function startMoving(buyer: ApiClient): Promise<string> {
  const { project, added } = await post(buyer, "A leaflet about our licence", {
    budget: budgetCents,
    // The second time that a part is not what was asked for, the manager leaves it to the buyer.
    max_revisions: 1,
    plan: { subtasks: parts },
  });
  type Thread = { data: readonly { message_type: string }[] };
  await Promise.all([
    waitFor(async () => {
      const { data } = await buyer.get<Thread>(`/v1/projects/${project.id}/messages?limit=100`);
      return data.some(({ message_type: type }) => type === "blocker") ? true : undefined;
    }),
    waitFor(async () => {
      const { task } = await buyer.get<{ task: { state: string; revision_count: number } }>(
        `/v1/tasks/${added.titles}`,
      );
      return task.state === "in_review" && task.revision_count === 1 ? true : undefined;
    }),
  ]);
  return project.id;
}

/** A project whose whole is handed in; returns its path as a task. */
async function handIn(buyer: ApiClient, title: string): Promise<string> {
  const { project } = await post(buyer, title);
  const path = `/v1/tasks/${project.id}`;
  await waitFor(async () => {
    const { data } = await buyer.get<Submissions>(`${path}/submissions`);
    return data.length > 0 ? true : undefined;
  });
  return path;
}

function post(buyer: ApiClient, title: string, more: Readonly<Record<string, unknown>> = {}): Promise<NewProject> {
  return buyer.post<NewProject>("/v1/projects", {
    title,
    description: "We give our work away under this licence; now people shall know what it says.",
    capabilities: [teamSkill],
    review_hours: 720,
    time_limit_minutes: patienceMinutes,
    budget: smallBudgetCents,
    plan: { subtasks: [sections] },
    ...more,
  });
}
