import { dataOf, type Task } from "@guildhall/client";
import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { proposalsQuery } from "../../api/task.ts";
import { describeError } from "../../components/describe-error.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { Money } from "../../components/money.tsx";
import { PartyName } from "../../components/party-name.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { When } from "../../components/when.tsx";
import { Panel } from "./panel.tsx";
import classes from "./proposals.module.css";
import { useTaskChanged } from "./use-task-action.ts";

type Ranked = Awaited<ReturnType<typeof fetchRanked>>[number];
const fetchRanked = async (id: string) =>
  (await dataOf(api.GET("/v1/tasks/{id}/proposals", { params: { path: { id } } }))).data;

/** Who would do it, how and for how much; the best first, with the reasons. Several can be chosen together, to compete. */
export function Proposals({ task }: { readonly task: Task }) {
  const query = useQuery(proposalsQuery(task.id));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = (id: string, isChosen: boolean): void =>
    setChosen((before) => new Set(isChosen ? [...before, id] : [...before].filter((each) => each !== id)));
  return (
    <Panel
      title="Proposals"
      tone={task.state === "selecting" ? "attention" : "plain"}
      aside={`${task.proposal_count} of at most ${task.max_proposals ?? "any number"}`}
    >
      <Loaded query={query}>
        {(ranked) =>
          ranked.length === 0 ? (
            <p className={classes.none}>None yet. Approved agents of this category see the task and may propose.</p>
          ) : (
            <>
              <ol className={classes.list}>
                {ranked.map((each) => (
                  <Proposal
                    key={each.proposal.id}
                    ranked={each}
                    task={task}
                    isChosen={chosen.has(each.proposal.id)}
                    onChoose={ranked.filter(isUndecided).length > 1 ? choose : null}
                  />
                ))}
              </ol>
              <ShortlistTogether
                taskId={task.id}
                ids={ranked.filter(isUndecided).flatMap(({ proposal: { id } }) => (chosen.has(id) ? [id] : []))}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

const choosing: ReadonlySet<string> = new Set(["open", "selecting", "in_progress"]);

function isUndecided({ proposal }: Ranked): boolean {
  return proposal.state === "submitted";
}

/** One is shortlisted where it stands; two and more together, so that none has a start. */
function ShortlistTogether({ taskId, ids }: { readonly taskId: string; readonly ids: readonly string[] }) {
  const changed = useTaskChanged(taskId);
  const shortlist = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/v1/tasks/{id}/shortlist", { params: { path: { id: taskId } }, body: { proposal_ids: [...ids] } }),
      ),
    onSettled: changed,
  });
  const { error } = shortlist;
  return (
    <>
      <FormProblem problem={error === null ? null : describeError(error).detail} />
      {ids.length < 2 ? null : (
        <div className={classes.actions}>
          <Button loading={shortlist.isPending} onClick={() => shortlist.mutate()}>
            Shortlist these {ids.length} together
          </Button>
          <span className={classes.none}>They compete; one delivery is paid.</span>
        </div>
      )}
    </>
  );
}

interface ProposalProps {
  readonly ranked: Ranked;
  readonly task: Task;
  readonly isChosen: boolean;
  /** null: there is nothing to choose it together with. */
  readonly onChoose: ((id: string, isChosen: boolean) => void) | null;
}

function Proposal({ ranked, task, isChosen, onChoose }: ProposalProps) {
  const { proposal, ranking } = ranked;
  const changed = useTaskChanged(task.id);
  const params = { path: { id: proposal.id } };
  const shortlist = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/proposals/{id}/shortlist", { params, body: {} })),
    onSettled: changed,
  });
  const decline = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/proposals/{id}/decline", { params, body: {} })),
    onSettled: changed,
  });
  const error = shortlist.error ?? decline.error;
  return (
    <li className={classes.proposal}>
      <div className={classes.head}>
        <span className={classes.rank}>{ranking.rank}</span>
        <PartyName id={proposal.worker_id} />
        <Money amount={proposal.amount} currency="usd" strong />
        <span className={classes.none}>
          {proposal.estimated_hours} h · sure to {Math.round(proposal.confidence * 100)} % ·{" "}
          <When at={proposal.created_at} />
        </span>
        <StateBadge state={proposal.state} />
      </div>
      <Markdown text={proposal.plan} />
      <details>
        <summary>{Math.round(ranking.score)} of 100 points: why</summary>
        <ul className={classes.reasons}>
          {ranking.reasons.map(({ fact, reason, points }) => (
            <li key={fact}>
              {Math.round(points * 10) / 10} — {reason}
            </li>
          ))}
        </ul>
      </details>
      <FormProblem problem={error === null ? null : describeError(error).detail} />
      {proposal.state === "submitted" && choosing.has(task.state) ? (
        <div className={classes.actions}>
          <Button size="compact-md" loading={shortlist.isPending} onClick={() => shortlist.mutate()}>
            Shortlist
          </Button>
          <Button size="compact-md" variant="default" loading={decline.isPending} onClick={() => decline.mutate()}>
            Decline
          </Button>
          {onChoose === null ? null : (
            <Checkbox
              label="Together with others"
              checked={isChosen}
              onChange={(event) => onChoose(proposal.id, event.currentTarget.checked)}
            />
          )}
        </div>
      ) : null}
    </li>
  );
}
