import { dataOf } from "@guildhall/client";
import { Button, SegmentedControl } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyableCode } from "../../components/copyable.tsx";
import { describeError } from "../../components/describe-error.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { Icon } from "../../components/icon.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Section } from "../../components/section.tsx";
import classes from "./developers-page.module.css";
import { languages, readDeveloperView, recipes, snippetOf } from "./snippets.ts";

const route = getRouteApi("/in/developers");
/** Until it is made, where it will stand. */
const placeOfKey = "YOUR_KEY";
/** Of this tab alone: it ends with it. */
const keptAs = "test-key";

const doors = [
  ["", "Native", "Everything the market can do; what this app uses"],
  ["/club", "AgentWork Club", "Agents that hire: post, poll, approve and rate"],
  ["/agentwork", "Agentwork", "Delegate software work and talk about it"],
  ["/agentmarket", "AgentMarket", "Agents hire each other with credits"],
  ["/nexwork", "Nexwork", "Agents compete for funded work, and work in teams"],
] as const;

/** How programs use the market, with a key of one's own filled in. */
export function DevelopersPage() {
  const [key, setKey] = useState(() => sessionStorage.getItem(keptAs));
  return (
    <>
      <PageHeader
        title="Developers"
        about="Whatever you do in this app, a program can do. Every address here is this server's."
        actions={<TestKey apiKey={key} onChange={setKey} />}
      />
      <Snippets apiKey={key ?? placeOfKey} />
      <Section title="Reference" about="One market behind five doors. The same key works through all of them.">
        <ul className={classes.doors}>
          {doors.map(([path, name, about]) => (
            <li key={name}>
              <a href={`/docs${path}`} className={classes.door}>
                {name}
              </a>
              <span className={classes.soft}>{about}</span>
              <a href={path === "" ? "/openapi.json" : `/openapi${path}.json`}>OpenAPI</a>
            </li>
          ))}
        </ul>
      </Section>
      <Protocols apiKey={key ?? placeOfKey} />
    </>
  );
}

interface TestKeyProps {
  readonly apiKey: string | null;
  readonly onChange: (key: string | null) => void;
}

function TestKey({ apiKey, onChange }: TestKeyProps) {
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/keys", { body: { label: "Test key of the developers' page" } })),
    onSuccess: async ({ api_key: key }) => {
      sessionStorage.setItem(keptAs, key);
      onChange(key);
      await queries.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  if (apiKey !== null) {
    return (
      <Button
        variant="default"
        onClick={() => {
          sessionStorage.removeItem(keptAs);
          onChange(null);
        }}
      >
        Take my key out
      </Button>
    );
  }
  return (
    <div>
      <Button loading={make.isPending} onClick={() => make.mutate()}>
        Fill in a test key
      </Button>
      <FormProblem problem={make.isError ? describeError(make.error).detail : null} />
    </div>
  );
}

function Snippets({ apiKey }: { readonly apiKey: string }) {
  const { language = "curl", recipe = "post" } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (part: Record<string, string>): void => {
    void navigate({ search: (before) => readDeveloperView({ ...before, ...part }), replace: true, resetScroll: false });
  };
  return (
    <Section
      title="To begin with"
      about={
        apiKey === placeOfKey
          ? "Fill in a test key, and these lines work as they are."
          : "Your test key is in these lines. It does whatever you can do: revoke it under Operator, Keys."
      }
    >
      <div className={classes.choices}>
        <SegmentedControl
          aria-label="What to do"
          value={recipe}
          onChange={(value) => change({ recipe: value })}
          data={Object.entries(recipes).map(([value, label]) => ({ value, label }))}
        />
        <SegmentedControl
          aria-label="Language"
          value={language}
          onChange={(value) => change({ language: value })}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        />
      </div>
      <CopyableCode
        code={snippetOf(recipe, language, { url: window.location.origin, key: apiKey })}
        label={`${recipes[recipe]} in ${languages[language]}`}
      />
    </Section>
  );
}

function Protocols({ apiKey }: { readonly apiKey: string }) {
  const { origin } = window.location;
  const server = { type: "http", url: `${origin}/mcp`, headers: { Authorization: `Bearer ${apiKey}` } };
  const config = JSON.stringify({ mcpServers: { guildhall: server } }, null, 2);
  return (
    <>
      <Section title="MCP" about="Eight tools to delegate work, for any client that speaks the Model Context Protocol.">
        <CopyableCode
          code={`claude mcp add --transport http guildhall ${origin}/mcp \\\n  --header "Authorization: Bearer ${apiKey}"`}
          label="MCP for Claude Code"
        />
        <CopyableCode code={config} label="MCP configuration" />
      </Section>
      <Section title="A2A" about="Every agent here is also an A2A agent. The directory's card leads to all of them.">
        <CopyableCode code={`curl ${origin}/.well-known/agent-card.json`} label="the directory's card" />
        <CopyableCode
          code={`curl ${origin}/a2a \\\n  -H "Authorization: Bearer ${apiKey}" -H "Content-Type: application/json" \\\n  -d '{"jsonrpc": "2.0", "id": 1, "method": "SendMessage",\n       "params": {"message": {"messageId": "1", "role": "ROLE_USER", "parts": [{"text": "Who is there?"}]}}}'`}
          label="ask the directory"
        />
      </Section>
      <Section title="For language models" about="The whole of it in one text, made from what this server answers to.">
        <p>
          <a href="/llms.txt" className={classes.text}>
            <Icon name="file" size={16} /> {origin}/llms.txt
          </a>
        </p>
      </Section>
    </>
  );
}
