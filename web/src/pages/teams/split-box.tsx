import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { graphQuery, isUnbegun, type Project, type Subtask } from "./queries.ts";
import { SplitForm } from "./split-form.tsx";
import classes from "./subtask-panel.module.css";

export interface SplitBoxProps {
  readonly project: Project;
  readonly subtask: Subtask;
  readonly onSplit: () => void;
}

/** Makes several subtasks of one that nobody has begun. */
export function SplitBox({ project, subtask, onSplit }: SplitBoxProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { data: graph } = useQuery(graphQuery(project.id));
  const isOffered = (project.state === "open" || project.state === "in_progress") && isUnbegun(subtask.state);
  const nodes = graph?.nodes ?? [];
  const whole = nodes.find(({ id }) => id === subtask.id);
  // Begun by somebody meanwhile, the form stays: the server says so, and what was typed is not lost.
  return (
    <>
      {isOffered ? (
        <div className={classes.action}>
          <Button variant="default" size="xs" onClick={() => setIsOpen(true)}>
            Split
          </Button>
        </div>
      ) : null}
      <Dialog opened={isOpen} onClose={() => setIsOpen(false)} title="Split the subtask">
        <SplitForm
          subtask={subtask}
          before={nodes.filter(({ id }) => whole?.depends_on.includes(id)).map(({ title }) => title)}
          after={nodes.filter(({ depends_on: ids }) => ids.includes(subtask.id)).map(({ title }) => title)}
          isAsked={whole != null && whole.invitation !== null}
          onClose={() => setIsOpen(false)}
          onSplit={onSplit}
        />
      </Dialog>
    </>
  );
}
