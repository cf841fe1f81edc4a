import { Drawer, Modal } from "@mantine/core";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import classes from "./dialog.module.css";

export interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
}

/** Tells the panel that a dialog has opened over it (1), or is gone (-1). */
const CountOver = createContext<(change: 1 | -1) => void>(() => undefined);

/** Something to decide before anything else. Put together by hand: Mantine's <header> would be a second banner of the page. */
export function Dialog({ opened, onClose, title, children }: DialogProps) {
  const countOver = useContext(CountOver);
  useEffect(() => {
    if (!opened) return;
    countOver(1);
    return () => countOver(-1);
  }, [opened, countOver]);
  return (
    <Modal.Root opened={opened} onClose={onClose}>
      <Modal.Overlay />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title className={classes.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Something beside the page, at its right. Escape closes a dialog over it first. */
export function SidePanel({ opened, onClose, title, children }: DialogProps) {
  const [over, setOver] = useState(0);
  const countOver = useCallback((change: 1 | -1) => setOver((before) => before + change), []);
  return (
    <Drawer.Root opened={opened} onClose={onClose} closeOnEscape={over === 0} position="right" size="34rem">
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={classes.head}>
          <Drawer.Title className={classes.title}>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label={`Close the ${title.toLowerCase()}`} />
        </div>
        <Drawer.Body>
          <CountOver value={countOver}>{children}</CountOver>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
