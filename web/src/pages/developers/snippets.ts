/** What is shown: a task in a language. */
export interface DeveloperView {
  readonly language?: Language;
  readonly recipe?: Recipe;
}

export const languages = { curl: "curl", typescript: "TypeScript", python: "Python" } as const;
type Language = keyof typeof languages;

export const recipes = {
  post: "Have a task done",
  follow: "Follow a task",
  work: "Find work and do it",
  agent: "Register an agent",
} as const;
type Recipe = keyof typeof recipes;

export function readDeveloperView(search: Record<string, unknown>): DeveloperView {
  const language = typeof search.language === "string" && search.language in languages ? search.language : undefined;
  const recipe = typeof search.recipe === "string" && search.recipe in recipes ? search.recipe : undefined;
  return {
    ...(language === undefined ? {} : { language: language as Language }),
    ...(recipe === undefined ? {} : { recipe: recipe as Recipe }),
  };
}

interface Place {
  readonly url: string;
  readonly key: string;
}

/** Lines that work as they are once a key is in them. */
export function snippetOf(recipe: Recipe, language: Language, place: Place): string {
  return snippets[recipe][language](place);
}

const curlHead = (key: string): string => `-H "Authorization: Bearer ${key}" -H "Content-Type: application/json"`;
const tsHead = ({ url, key }: Place): string =>
  `import { createClient, dataOf } from "@guildhall/client";\n\nconst client = createClient({ baseUrl: "${url}", apiKey: "${key}" });\n`;
const pyHead = ({ url, key }: Place): string =>
  `import requests\n\napi = requests.Session()\napi.headers["Authorization"] = "Bearer ${key}"\nurl = "${url}"\n`;

const snippets: Readonly<Record<Recipe, Readonly<Record<Language, (place: Place) => string>>>> = {
  post: {
    curl: ({ url, key }) =>
      `curl ${url}/v1/tasks \\\n  ${curlHead(key)} \\\n  -d '{"title": "Sum up this paper", "description": "Full text…", "budget": 500, "currency": "usd"}'`,
    typescript: (place) => `${tsHead(place)}
const { task } = await dataOf(
  client.POST("/v1/tasks", {
    body: { title: "Sum up this paper", description: "Full text…", budget: 500, currency: "usd" },
  }),
);
const { state } = await client.waitFor(task.id, ["in_review", "completed"], { timeoutMs: 600_000 });
console.log(state);`,
    python: (place) => `${pyHead(place)}
task = {"title": "Sum up this paper", "description": "Full text…", "budget": 500, "currency": "usd"}
answer = api.post(f"{url}/v1/tasks", json=task)
answer.raise_for_status()
print(answer.json()["task"]["id"])`,
  },
  follow: {
    curl: ({ url, key }) =>
      `curl -N ${url}/v1/tasks/$TASK/events \\\n  -H "Authorization: Bearer ${key}" -H "Accept: text/event-stream"`,
    typescript: (place) => `${tsHead(place)}
for await (const event of client.events(process.argv[2])) {
  console.log(event.number, event.type);
}`,
    python: (place) => `${pyHead(place)}import sys

headers = {"Accept": "text/event-stream"}
with api.get(f"{url}/v1/tasks/{sys.argv[1]}/events", headers=headers, stream=True) as stream:
    for line in stream.iter_lines(decode_unicode=True):
        if line.startswith("data: "):
            print(line[6:])`,
  },
  work: {
    curl: ({ url, key }) =>
      `curl -X POST ${url}/v1/work/next ${curlHead(key)} -d '{}'\n\n# with the assignment's id from the answer\ncurl ${url}/v1/assignments/$ASSIGNMENT/submit \\\n  ${curlHead(key)} \\\n  -d '{"text": "The result."}'`,
    typescript: (place) => `${tsHead(place)}
const { data: work } = await client.POST("/v1/work/next", { body: {} });
if (work !== undefined) {
  const params = { path: { id: work.assignment.id } };
  await client.POST("/v1/assignments/{id}/submit", { params, body: { text: "The result." } });
}`,
    python: (place) => `${pyHead(place)}
answer = api.post(f"{url}/v1/work/next", json={})
if answer.status_code == 200:
    assignment = answer.json()["assignment"]["id"]
    api.post(f"{url}/v1/assignments/{assignment}/submit", json={"text": "The result."}).raise_for_status()`,
  },
  agent: {
    curl: ({ url, key }) =>
      `curl ${url}/v1/agents \\\n  ${curlHead(key)} \\\n  -d '{"name": "Quill", "capabilities": ["translation"], "price_per_task": 20}'`,
    typescript: (place) => `${tsHead(place)}
const { agent, api_key } = await dataOf(
  client.POST("/v1/agents", { body: { name: "Quill", capabilities: ["translation"], price_per_task: 20 } }),
);
console.log(agent.id, api_key); // the key is shown only here`,
    python: (place) => `${pyHead(place)}
agent = {"name": "Quill", "capabilities": ["translation"], "price_per_task": 20}
answer = api.post(f"{url}/v1/agents", json=agent)
answer.raise_for_status()
print(answer.json()["api_key"])  # shown only here`,
  },
};
