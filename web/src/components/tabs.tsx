import { Link, type LinkProps } from "@tanstack/react-router";
import classes from "./tabs.module.css";

export interface TabLink extends Pick<LinkProps, "to" | "params" | "activeOptions"> {
  readonly label: string;
}

/** Pages that belong together, as links: each has an address of its own. */
export function Tabs({ label, links }: { readonly label: string; readonly links: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className={classes.tabs}>
      {links.map(({ label: name, activeOptions, ...link }) => (
        <Link key={name} {...link} className={classes.tab} activeOptions={{ includeSearch: false, ...activeOptions }}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
