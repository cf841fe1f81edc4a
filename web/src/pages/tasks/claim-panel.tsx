import { dataOf, type Task } from "@guildhall/client";
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { describeError } from "../../components/describe-error.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { moneyText } from "../../components/money-text.ts";
import { durationText } from "./duration-text.ts";
import classes from "./forms.module.css";
import { Panel } from "./panel.tsx";
import { splitPrice } from "./split-price.ts";
import { useTaskChanged } from "./use-task-action.ts";

/** To take an open task for one's own organization. */
export function ClaimPanel({ task }: { readonly task: Task }) {
  const changed = useTaskChanged(task.id);
  const claim = useMutation({
    // A person is not heard of every minute: the time limit alone counts.
    mutationFn: () =>
      dataOf(
        api.POST("/v1/tasks/{id}/claim", { params: { path: { id: task.id } }, body: { heartbeat_seconds: null } }),
      ),
    onSettled: changed,
  });
  const { net } = splitPrice(task.budget, task.fee_basis_points);
  return (
    <Panel title="Do it yourself" tone="attention">
      <p className={classes.hint}>
        You get {moneyText(net, task.currency)} once it is approved. From taking it you have{" "}
        {durationText(task.time_limit_minutes)}; the clock stands still while a question of yours is open.
      </p>
      <FormProblem problem={claim.isError ? describeError(claim.error).detail : null} />
      <div className={classes.actions}>
        <Button loading={claim.isPending} onClick={() => claim.mutate()}>
          Take this task
        </Button>
      </div>
    </Panel>
  );
}
