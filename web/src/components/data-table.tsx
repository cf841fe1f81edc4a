// biome-ignore-all lint/a11y/useSemanticElements: rows are laid out one by one, and a <table> would not be one any more
// biome-ignore-all lint/a11y/useFocusableInteractive: it is a table to read, not a grid of cells to edit
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import classes from "./data-table.module.css";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** A track of CSS grid: "minmax(12rem, 3fr)", "7rem". */
  readonly width: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  readonly isNumeric?: boolean;
  /** Left out where the screen is narrower than about 700 px. */
  readonly isExtra?: boolean;
}

export interface DataTableProps<Row> {
  /** What the table is of, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly rowHeightPx?: number;
  /** Asked for when the end comes near; called once for each length. */
  readonly loadMore?: (() => void) | undefined;
}

const defaultRowHeightPx = 52;
/** How close to the end more is asked for. */
const nearEnd = 15;

/**
 * A table of any length, of which only what is on the screen exists. The arrow keys (and j, k) go from row to row: to the
 * first link or button in it, which Enter follows.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  rowHeightPx = defaultRowHeightPx,
  loadMore,
}: DataTableProps<Row>) {
  const body = useRef<HTMLDivElement>(null);
  const [offsetPx, setOffsetPx] = useState(0);
  useLayoutEffect(() => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    setOffsetPx(Math.round(top + window.scrollY));
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    scrollMargin: offsetPx,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const items = virtual.getVirtualItems();
  const isNearEnd = (items.at(-1)?.index ?? 0) >= rows.length - nearEnd;
  useEffect(() => {
    if (isNearEnd && rows.length > 0) loadMore?.();
  }, [isNearEnd, rows.length, loadMore]);
  const step = (event: KeyboardEvent<HTMLDivElement>): void => {
    const by =
      event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0;
    if (by === 0 || (event.target as HTMLElement).matches("input, textarea, select")) return;
    event.preventDefault();
    const here = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    const next = Math.min(rows.length - 1, Math.max(0, Number(here?.dataset.row ?? -1) + by));
    virtual.scrollToIndex(next, { align: "auto" });
    const focus = (): boolean => {
      const target = body.current?.querySelector<HTMLElement>(`[data-row="${next}"] :is(a, button)`);
      target?.focus({ preventScroll: true });
      return target != null;
    };
    // A row that is not there yet is there after the scrolling.
    if (!focus()) requestAnimationFrame(focus);
  };
  const template = {
    "--columns": columns.map(({ width }) => width).join(" "),
    "--columns-narrow": narrowTracks(columns),
  } as CSSProperties;
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      className={classes.table}
      style={template}
      onKeyDown={step}
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes.head}>
          {columns.map(({ key, title, isNumeric, isExtra }) => (
            <div role="columnheader" key={key} data-numeric={isNumeric} data-extra={isExtra}>
              {title}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} className={classes.body} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, key, start, size }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              role="row"
              key={key}
              aria-rowindex={index + 2}
              data-row={index}
              className={classes.row}
              style={{ height: size, transform: `translateY(${start - offsetPx}px)` }}
            >
              {columns.map((column) => (
                <div role="cell" key={column.key} data-numeric={column.isNumeric} data-extra={column.isExtra}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function narrowTracks<Row>(columns: readonly Column<Row>[]): string {
  const kept = columns.filter(({ isExtra }) => isExtra !== true);
  return kept.map((_, index) => (index === 0 ? "minmax(0, 1fr)" : "auto")).join(" ");
}
