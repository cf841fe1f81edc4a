export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Above this many pairs of lines the whole is shown as replaced: comparing would hold up the page. */
const pairsMax = 1_000_000;

/** What to take away and to add, line by line, with as many lines kept as possible. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  if (old.length * fresh.length > pairsMax) {
    return [...old.map((text) => line("removed", text)), ...fresh.map((text) => line("added", text))];
  }
  const kept = commonLengths(old, fresh);
  const diff: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    const [was, is] = [old[i], fresh[j]];
    if (was !== undefined && was === is) {
      diff.push(line("same", was));
      i += 1;
      j += 1;
    } else if (was !== undefined && (is === undefined || at(kept, i + 1, j) >= at(kept, i, j + 1))) {
      diff.push(line("removed", was));
      i += 1;
    } else {
      diff.push(line("added", is ?? ""));
      j += 1;
    }
  }
  return diff;
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  return text.replace(/\n$/, "").split("\n");
}

function line(kind: DiffLine["kind"], text: string): DiffLine {
  return { kind, text };
}

/** How many lines the rests of both, from each place on, have in common. */
function commonLengths(old: readonly string[], fresh: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const row = rows[i];
      if (row === undefined) continue;
      row[j] = old[i] === fresh[j] ? at(rows, i + 1, j + 1) + 1 : Math.max(at(rows, i + 1, j), at(rows, i, j + 1));
    }
  }
  return rows;
}

function at(rows: readonly Uint32Array[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
