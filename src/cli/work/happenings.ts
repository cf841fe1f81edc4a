/** Something worth telling about a worker's life. Fields are JSON as printed with `--json`. */
type Happening =
  | { readonly event: "waiting"; readonly url: string; readonly concurrency: number }
  | { readonly event: "took"; readonly task_id: string; readonly assignment_id: string; readonly title: string }
  | { readonly event: "running"; readonly task_id: string; readonly run: number }
  | { readonly event: "progress"; readonly task_id: string; readonly content: string }
  | { readonly event: "asked"; readonly task_id: string; readonly content: string }
  | { readonly event: "answered"; readonly task_id: string }
  | { readonly event: "submitted"; readonly task_id: string; readonly state: string; readonly files: number }
  | { readonly event: "released"; readonly task_id: string; readonly reason: string }
  | { readonly event: "lost"; readonly task_id: string; readonly reason: string }
  | { readonly event: "trouble"; readonly reason: string; readonly retry_in_ms: number }
  | { readonly event: "stopping"; readonly grace_seconds: number }
  | { readonly event: "stopped" };

export type Tell = (happening: Happening) => void;

/** One line a happening: JSON for programs, or words for people. */
export function tellBy(json: boolean, print: (line: string) => void, nowMs: () => number = Date.now): Tell {
  return (happening) => {
    const at = new Date(nowMs()).toISOString();
    print(json ? JSON.stringify({ at, ...happening }) : `${at.slice(11, 19)}  ${printable(inWords(happening))}`);
  };
}

function inWords(happening: Happening): string {
  switch (happening.event) {
    case "waiting":
      return `waiting for work at ${happening.url}, ${happening.concurrency} at a time`;
    case "took":
      return `${short(happening.task_id)}  took "${happening.title}"`;
    case "running":
      return `${short(happening.task_id)}  running the program${happening.run === 1 ? "" : `, run ${happening.run}`}`;
    case "progress":
      return `${short(happening.task_id)}  │ ${happening.content.replaceAll("\n", " │ ")}`;
    case "asked":
      return `${short(happening.task_id)}  asked: ${happening.content}`;
    case "answered":
      return `${short(happening.task_id)}  has its answer`;
    case "submitted":
      return `${short(happening.task_id)}  submitted with ${happening.files} files; ${happening.state}`;
    case "released":
      return `${short(happening.task_id)}  released: ${happening.reason}`;
    case "lost":
      return `${short(happening.task_id)}  lost: ${happening.reason}`;
    case "trouble":
      return `${happening.reason} Again in ${(happening.retry_in_ms / 1_000).toFixed(1)} s.`;
    case "stopping":
      return `stopping: nothing new is taken, what runs has ${happening.grace_seconds} s`;
    case "stopped":
      return "stopped";
  }
}

/** The end of an id: UUIDv7s of one time begin alike. */
function short(id: string): string {
  return id.slice(-8);
}

/** A stranger's text must not be able to steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}
