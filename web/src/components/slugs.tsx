import classes from "./slugs.module.css";

/** Capabilities, categories, event types: short names in the API's own spelling. */
export function Slugs({ names, most = names.length }: { readonly names: readonly string[]; readonly most?: number }) {
  const left = names.length - most;
  return (
    <span className={classes.slugs}>
      {names.slice(0, most).map((name) => (
        <code key={name}>{name}</code>
      ))}
      {left > 0 ? <span title={names.slice(most).join(", ")}>+{left}</span> : null}
    </span>
  );
}
