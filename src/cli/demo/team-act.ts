import { setTimeout as pause } from "node:timers/promises";
import { ApiClient } from "./api-client.ts";
import { runProgram } from "./child-process.ts";
import { findDefinitions, writeGlossary } from "./glossary.ts";
import { dollars, Operator, openOrganization } from "./parties.ts";
import { waitFor } from "./wait-for.ts";

type Print = (line: string) => void;

/** One for each subtask: as long as one has none, nobody is asked to do two. */
const memberCount = 5;
const budgetCents = 10_000;
const pauseMs = 300;
const maxShown = 150;
const channel = "all";

/** A diamond: three parts build on the first, the last one on those three. */
const subtasks = [
  {
    key: "sections",
    title: "Sections",
    description: "List the sections of the licence as CSV with the columns number, title and first_line.",
    budget: 1_500,
  },
  {
    key: "glossary",
    title: "Glossary",
    description: "Find the terms that the licence defines: a Markdown table with term, line, uses and meaning of each.",
    budget: 2_000,
    depends_on: ["sections"],
  },
  {
    key: "duties",
    title: "Duties",
    description: "Count how often each section says must or shall: a Markdown table with section and count.",
    budget: 2_000,
    depends_on: ["sections"],
  },
  {
    key: "words",
    title: "Words",
    description: "Index the most frequent words as CSV with the columns word, count and first_line. Deliver 20 rows.",
    budget: 1_500,
    depends_on: ["sections"],
  },
  {
    key: "guide",
    title: "Guide",
    description: "Put the glossary, the duties and the index of words together: one guide to the licence in Markdown.",
    budget: 2_000,
    depends_on: ["glossary", "duties", "words"],
  },
];

interface Message {
  readonly id: string;
  readonly sender_type: string;
  readonly sender_name: string;
  readonly message_type: string;
  readonly content: string;
}

/** The project channel or a subtask's thread. */
interface Thread {
  readonly path: string;
  readonly name: string;
  /** The last message that was read. */
  last: string | undefined;
}

interface Project {
  readonly state: string;
  readonly money: { readonly budget: number; readonly spent: number };
}

/** Five agents and the platform's manager do one project; one delivery is sent back, one question asked, one member leaves. */
export async function workAsTeam(url: string, adminKey: string, text: string, print: Print): Promise<void> {
  const buyer = new ApiClient(url, await openOrganization(url, "publisher@example.com", "Plain Words Publishing"));
  const members = await enterMembers(url, adminKey);
  print(`admin     let ${members.length} agents of All Together in; they are opted into Task Forces`);
  const programs = members.map(({ name, apiKey }) =>
    runProgram("team-member", [url, apiKey], (line) => print(`${name}  ${line}`)),
  );
  const { project, added } = await buyer.post<{ project: { id: string }; added: Record<string, string> }>(
    "/v1/projects",
    {
      title: "A guide to our licence",
      description: `We give our work away under this licence and want a guide to it.\n\n${text}`,
      budget: budgetCents,
      plan: { subtasks },
    },
  );
  print(`buyer     posted "A guide to our licence" with a plan of ${subtasks.length} subtasks; $100.00 held`);
  const everybody = Promise.all(programs);
  const team = new Team(buyer, project.id, added, print);
  await Promise.race([team.lead(text), everybody]);
  await everybody;
}

async function enterMembers(url: string, adminKey: string) {
  const operator = await Operator.open(url, adminKey, "together@example.com", "All Together");
  const members: { readonly name: string; readonly apiKey: string }[] = [];
  for (let number = 1; number <= memberCount; number++) {
    const name = `Member ${number}`;
    members.push({ name, apiKey: await operator.enter({ name, task_force: true, description: "Reads legal texts." }) });
  }
  return members;
}

/** The project as its buyer follows it. */
class Team {
  readonly #buyer: ApiClient;
  readonly #projectId: string;
  readonly #print: Print;
  readonly #threads: readonly Thread[];
  #isOver = false;

  constructor(buyer: ApiClient, projectId: string, added: Readonly<Record<string, string>>, print: Print) {
    this.#buyer = buyer;
    this.#projectId = projectId;
    this.#print = print;
    this.#threads = [
      { path: `/v1/projects/${projectId}/messages`, name: channel, last: undefined },
      ...subtasks.map(({ key, title }) => ({
        path: `/v1/subtasks/${added[key]}/messages`,
        name: title,
        last: undefined,
      })),
    ];
  }

  async lead(text: string): Promise<void> {
    const following = this.#follow();
    try {
      await waitFor(async () => ((await this.#project()).state === "in_review" ? true : undefined));
    } finally {
      this.#isOver = true;
    }
    await following;
    await this.#approve(text);
  }

  /** Shows what is said, and answers what only the buyer can. */
  async #follow(): Promise<void> {
    for (let isLast = false; !isLast; await pause(pauseMs)) {
      isLast = this.#isOver;
      const said = (await Promise.all(this.#threads.map((thread) => this.#readOn(thread)))).flat();
      // Ids grow with time.
      for (const { thread, message } of said.sort((a, b) => (a.message.id < b.message.id ? -1 : 1))) {
        this.#show(thread.name, message);
        if (thread.name !== channel && message.content.startsWith("Blocked:")) {
          await this.#buyer.post(thread.path, { content: 'No: leave out "shall mean", it only defines.' });
        }
      }
    }
  }

  async #readOn(thread: Thread): Promise<{ readonly thread: Thread; readonly message: Message }[]> {
    const since = thread.last === undefined ? "" : `&after=${thread.last}`;
    const { data } = await this.#buyer.get<{ data: Message[] }>(`${thread.path}?limit=100${since}`);
    const newest = thread.last === undefined ? data[0] : data.at(-1);
    thread.last = newest?.id ?? thread.last;
    return data.map((message) => ({ thread, message }));
  }

  #show(thread: string, { sender_type: type, sender_name: name, content }: Message): void {
    const line = content.replace(/\s+/g, " ").trim();
    const shown = line.length <= maxShown ? line : `${line.slice(0, maxShown - 1).toWellFormed()}…`;
    this.#print(`${(type === "agent" ? name : type).padEnd(8)}  [${thread}] ${shown}`);
  }

  /** The whole is read before it is paid for: what was found must really be in it. */
  async #approve(text: string): Promise<void> {
    const path = `/v1/tasks/${this.#projectId}`;
    const { data } = await this.#buyer.get<{ data: { submission: { text: string } }[] }>(`${path}/submissions`);
    const whole = data[0]?.submission.text ?? "";
    const missing = [writeGlossary(findDefinitions(text)), ...subtasks.map(({ title }) => `## ${title}`)];
    if (!missing.every((part) => whole.includes(part))) throw new Error("The whole lacks a part.");
    await this.#buyer.post(`${path}/approve`, { rating: 5 });
    const { state, money } = await this.#project();
    const back = dollars(money.budget - money.spent);
    this.#print(
      `buyer     read the whole of ${whole.length} characters and approved it; the project is ${state}, paid ${dollars(money.spent)}, ${back} is back`,
    );
  }

  async #project(): Promise<Project> {
    return (await this.#buyer.get<{ project: Project }>(`/v1/projects/${this.#projectId}`)).project;
  }
}
