import { Link } from "@tanstack/react-router";
import classes from "./brand.module.css";

/** The house's name and sign, and the way to the start. */
export function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="7" className={classes.field} />
        <path
          d="M7 13 16 6.5 25 13v2H7zM9 17h2.6v6.5H9zm5.7 0h2.6v6.5h-2.6zm5.7 0H23v6.5h-2.6zM7 25h18v2H7z"
          className={classes.sign}
        />
      </svg>
      Guildhall
    </Link>
  );
}
