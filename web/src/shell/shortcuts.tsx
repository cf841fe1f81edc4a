import { Kbd, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { navigation } from "./navigation.ts";
import classes from "./shortcuts.module.css";

const others: readonly (readonly [keys: string, does: string])[] = [
  ["⌘ K", "Search, or go to a page"],
  ["?", "Show these shortcuts"],
  ["↑ ↓", "Go through a list (also j and k)"],
  ["Esc", "Close what is open"],
];

/** How long the second key of two may take. */
const pairWithinMs = 1_200;

const entries = navigation.flatMap((group) => group.entries).filter(({ keys }) => keys !== undefined);

/** Listens for the keys of the navigation, and lists all of them after `?`. */
export function Shortcuts() {
  const [isOpen, list] = useDisclosure(false);
  const navigate = useNavigate();
  useEffect(() => {
    let first = { key: "", atMs: 0 };
    const press = (event: KeyboardEvent): void => {
      const field =
        event.target instanceof HTMLElement &&
        event.target.closest("input, textarea, select, [contenteditable], [role=dialog]");
      if (field || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") {
        list.open();
        return;
      }
      const isPair = first.key !== "" && event.timeStamp - first.atMs < pairWithinMs;
      const typed = isPair ? `${first.key} ${event.key}` : event.key;
      const entry = entries.find(({ keys }) => keys === typed);
      first = entry === undefined ? { key: event.key, atMs: event.timeStamp } : { key: "", atMs: 0 };
      if (entry !== undefined) {
        event.preventDefault();
        void navigate({ to: entry.to });
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate, list]);
  return (
    <Modal opened={isOpen} onClose={list.close} title="Keyboard shortcuts">
      <dl className={classes.list}>
        {[...others, ...entries.map(({ keys = "", label }) => [keys, label] as const)].map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.split(" ").map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
