import { dataOf } from "@guildhall/client";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Money } from "../../components/money.tsx";
import { Section } from "../../components/section.tsx";
import type { Project } from "./queries.ts";
import { ReviewBox } from "./review-box.tsx";
import { SubmissionView } from "./submission-view.tsx";

const shownStates: ReadonlySet<string> = new Set(["in_review", "completed", "disputed"]);

/** What the manager has put together of all subtasks, once it has; and the buyer's word on it. */
export function Whole({ project, isBuyer }: { readonly project: Project; readonly isBuyer: boolean }) {
  const isShown = shownStates.has(project.state);
  const query = useQuery({
    queryKey: ["project", project.id, "whole"],
    queryFn: () =>
      dataOf(api.GET("/v1/tasks/{id}/submissions", { params: { path: { id: project.id }, query: { limit: "1" } } })),
    enabled: isShown,
  });
  if (!isShown) return null;
  const back = project.money === null ? 0 : project.money.budget - project.money.spent;
  return (
    <Section title="The whole" about="All subtasks put together by the manager.">
      <Loaded query={query}>
        {({ data: [newest] }) =>
          newest === undefined ? (
            <p>Nothing was handed in.</p>
          ) : (
            <>
              <SubmissionView {...newest} />
              {isBuyer && project.state === "in_review" ? (
                <ReviewBox
                  taskId={project.id}
                  projectId={project.id}
                  submissionId={newest.submission.id}
                  onApproval={
                    <>
                      The members were paid as their subtasks were accepted.{" "}
                      <Money amount={back} currency="usd" strong /> that the project did not cost comes back to you, and
                      the project ends.
                    </>
                  }
                  onRevision="The manager adds a subtask for it, paid from what the plan has not used, and hands the whole in again."
                />
              ) : null}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
