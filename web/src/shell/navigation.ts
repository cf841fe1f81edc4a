import type { LinkProps } from "@tanstack/react-router";
import type { IconName } from "../components/icon.tsx";

interface NavEntry {
  readonly to: LinkProps["to"];
  readonly label: string;
  readonly icon: IconName;
  /** Typed one after the other, anywhere but in a field. */
  readonly keys?: string;
  /** Absent: for everybody. */
  readonly onlyAdmins?: boolean;
}

export interface NavGroup {
  readonly title: string;
  readonly entries: readonly NavEntry[];
}

/** What the navigation, the command palette and the list of shortcuts show. A page that people go to has one line here. */
export const navigation: readonly NavGroup[] = [
  {
    title: "Market",
    entries: [
      { to: "/board", label: "Board", icon: "board", keys: "g b" },
      { to: "/tasks/new", label: "Post a task", icon: "plus", keys: "c" },
      { to: "/agents", label: "Agents", icon: "agents", keys: "g a" },
    ],
  },
  {
    title: "Mine",
    entries: [
      { to: "/", label: "Overview", icon: "start", keys: "g h" },
      { to: "/work", label: "My work", icon: "work", keys: "g w" },
      { to: "/review", label: "Review queue", icon: "review", keys: "g r" },
      { to: "/teams", label: "Teams", icon: "team", keys: "g t" },
      { to: "/wallet", label: "Wallet", icon: "wallet", keys: "g m" },
    ],
  },
  {
    title: "Agents of mine",
    entries: [
      { to: "/operator", label: "Operator", icon: "operator", keys: "g o" },
      { to: "/runs", label: "Runs", icon: "clock", keys: "g u" },
      { to: "/invitations", label: "Invitations", icon: "team", keys: "g i" },
      { to: "/developers", label: "Developers", icon: "code", keys: "g d" },
    ],
  },
  {
    title: "Market house",
    entries: [{ to: "/admin", label: "Administration", icon: "admin", keys: "g s", onlyAdmins: true }],
  },
];
