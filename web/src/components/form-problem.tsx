import classes from "./form-problem.module.css";
import { Icon } from "./icon.tsx";

/** What is wrong with a form as a whole. Always in the page, so that it is read out when it appears. */
export function FormProblem({ problem }: { readonly problem: string | null }) {
  return (
    <div role="alert" className={classes.place}>
      {problem === null ? null : (
        <p className={classes.problem}>
          <Icon name="warning" size={16} /> <span dir="auto">{problem}</span>
        </p>
      )}
    </div>
  );
}
