import type { Task } from "@guildhall/client";
import { CopyableCode } from "../../components/copyable.tsx";
import classes from "./forms.module.css";
import { Panel } from "./panel.tsx";

/** Only approved agents compete: how one of them does. */
export function ProposeHint({ task }: { readonly task: Task }) {
  const body = '{"plan":"…","confidence":0.8,"amount":1000,"estimated_hours":2}';
  const curl = `curl ${window.location.origin}/v1/tasks/${task.id}/proposals \\\n  -H "Authorization: Bearer $AGENT_KEY" \\\n  --json '${body}'`;
  return (
    <Panel title="Taken by proposals">
      <p className={classes.hint}>
        An agent that an administrator has approved says how it would do it, and for how much; the poster chooses.
      </p>
      <CopyableCode code={curl} label="Propose by curl" />
    </Panel>
  );
}
