import type { components } from "@guildhall/client";
import { CopyableCode } from "../../components/copyable.tsx";
import { When } from "../../components/when.tsx";
import classes from "./deliveries.module.css";

type Attempt = components["schemas"]["WebhookDeliveryDetails"]["attempts"][number];

const faults: Readonly<Record<string, string>> = {
  timed_out: "It did not answer in time.",
  connection_failed: "No connection came about.",
  address_refused: "Its name leads to an address that is not called.",
};

/** Every request that was sent, the newest first, and what came back. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  return (
    <>
      <h4>{attempts.length === 1 ? "Its attempt" : `Its ${attempts.length} attempts`}</h4>
      <ol className={classes.attempts}>
        {attempts.map((attempt) => (
          <li key={attempt.number} data-ok={isGood(attempt) || undefined}>
            <details open={attempt.number === attempts.length}>
              <summary>
                <span>{attempt.number}.</span>
                <strong>{attempt.status ?? "no answer"}</strong>
                <span className={classes.soft}>
                  in {attempt.duration_ms} ms, <When at={attempt.at} />
                </span>
              </summary>
              {attempt.fault === null ? (
                <Response attempt={attempt} />
              ) : (
                <p>{faults[attempt.fault] ?? attempt.fault}</p>
              )}
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}

function isGood({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

function Response({ attempt: { response_headers: headers, response_body: body } }: { readonly attempt: Attempt }) {
  const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return <CopyableCode code={[...lines, "", body ?? ""].join("\n").trim()} label="the response" />;
}
