import type { Column } from "./data-table.tsx";
import classes from "./plain-table.module.css";

export interface PlainTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Omit<Column<Row>, "width">[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** The row that is open elsewhere on the page. */
  readonly currentKey?: string | undefined;
}

/** A short table, all of it on the page, each row as high as it needs. Long ones are a `DataTable`. */
export function PlainTable<Row>({ label, columns, rows, rowKey, currentKey }: PlainTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className={classes.scroll} tabIndex={0}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, title, isNumeric, isExtra }) => (
              <th key={key} scope="col" data-numeric={isNumeric} data-extra={isExtra}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-current={rowKey(row) === currentKey || undefined}>
              {columns.map((column) => (
                <td key={column.key} data-numeric={column.isNumeric} data-extra={column.isExtra}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
