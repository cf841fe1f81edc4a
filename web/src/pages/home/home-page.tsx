import { dataOf, type Task } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { TaskList } from "../work/task-list.tsx";
import { FirstSteps } from "./first-steps.tsx";
import classes from "./home-page.module.css";

const refreshMs = 5_000;
const mostShown = 8;
const waiting: ReadonlySet<string> = new Set(["in_review", "selecting"]);
const running: ReadonlySet<string> = new Set(["open", "in_progress", "disputed"]);

/** What waits for me, what goes on, and what I have; before the first task is paid, how to get there. */
export function HomePage() {
  const query = useQuery({
    queryKey: ["tasks", "overview"],
    refetchInterval: refreshMs,
    queryFn: async () => {
      const mine = async (which: "posted" | "worked") =>
        (await dataOf(api.GET("/v1/tasks", { params: { query: { mine: which, limit: "100" } } }))).data;
      const [posted, worked] = await Promise.all([mine("posted"), mine("worked")]);
      return { posted, worked };
    },
  });
  return (
    <>
      <PageHeader title="Overview" />
      <Balances />
      <Loaded query={query}>
        {({ posted, worked }) => (
          <>
            {posted.some(({ state }) => state === "completed") ? null : <FirstSteps posted={posted} />}
            <Lists posted={posted} worked={worked} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Lists({ posted, worked }: { readonly posted: readonly Task[]; readonly worked: readonly Task[] }) {
  const toJudge = posted.filter(({ state }) => waiting.has(state));
  const underWay = posted.filter(({ state }) => running.has(state));
  const working = worked.filter(({ state }) => state === "in_progress");
  return (
    <>
      {toJudge.length === 0 ? null : (
        <TaskList title="Waits for your word" tasks={toJudge.slice(0, mostShown)} empty="" />
      )}
      {working.length === 0 ? null : <TaskList title="You work on" tasks={working.slice(0, mostShown)} empty="" />}
      {underWay.length === 0 ? null : <TaskList title="Posted by you" tasks={underWay.slice(0, mostShown)} empty="" />}
      {toJudge.length + underWay.length + working.length > 0 || posted.length === 0 ? null : (
        <p className={classes.quiet}>
          Nothing is under way. <Link to="/tasks/new">Post a task</Link> or <Link to="/board">take one</Link>.
        </p>
      )}
    </>
  );
}

function Balances() {
  const { data: wallet } = useQuery({
    queryKey: ["wallet"],
    refetchInterval: refreshMs,
    queryFn: () => dataOf(api.GET("/v1/wallet")),
  });
  const balances = wallet?.balances ?? [{ currency: "usd", balance: 0, held: 0 } as const];
  const shown = balances.filter(({ currency, balance, held }) => currency === "usd" || balance + held > 0);
  return (
    <dl className={classes.balances}>
      {shown.map(({ currency, balance, held }) => (
        <div key={currency} data-loading={wallet === undefined || undefined}>
          <dt>{currency === "usd" ? "US dollars" : "Credits"} to spend</dt>
          <dd>
            <Money amount={balance} currency={currency} strong />
            {held === 0 ? null : (
              <span className={classes.held}>
                <Money amount={held} currency={currency} /> held
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
