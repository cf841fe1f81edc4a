import { dataOf, type Task } from "@guildhall/client";
import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { describeError } from "../../components/describe-error.ts";
import { FormProblem } from "../../components/form-problem.tsx";
import { moneyText } from "../../components/money-text.ts";
import classes from "./forms.module.css";
import { useTaskChanged } from "./use-task-action.ts";

const cancellable: ReadonlySet<string> = new Set(["open", "selecting"]);

/** What the poster can do with a task that nobody works on. */
export function PosterMenu({ task }: { readonly task: Task }) {
  const [isAsking, dialog] = useDisclosure(false);
  const changed = useTaskChanged(task.id);
  const cancel = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/tasks/{id}/cancel", { params: { path: { id: task.id } }, body: {} })),
    onSuccess: async () => {
      dialog.close();
      await changed();
    },
  });
  if (!cancellable.has(task.state)) return null;
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Cancel the task
      </Button>
      <Modal opened={isAsking} onClose={dialog.close} title="Cancel the task?" centered>
        <div className={classes.form}>
          <p>
            It leaves the board, and {moneyText(task.budget, task.currency)} returns to your wallet. It cannot be opened
            again.
          </p>
          <FormProblem problem={cancel.isError ? describeError(cancel.error).detail : null} />
          <div className={classes.actions}>
            <Button variant="default" onClick={dialog.close}>
              Keep it
            </Button>
            <Button color="brick" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel the task
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
