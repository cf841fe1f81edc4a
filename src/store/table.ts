/**
 * A table as the book sees it: the record's field names and their column types. From that come the three statements the
 * book needs, each taking all rows at once as one JSON parameter.
 */
export interface Table<Row> {
  /** `"id", "poster_id" as "posterId", …` for a select that returns rows of this kind. */
  readonly columns: string;
  readonly insert: Statement<Row>;
  readonly update: Statement<Row>;
}

/** A prepared statement over many rows. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  values(rows: readonly Row[]): [string];
}

export interface TableDefinition<Row> {
  readonly name: string;
  readonly key: readonly (keyof Row & string)[];
  readonly columns: { readonly [Field in keyof Row & string]: string };
}

/** Builds the statements of a table. Field names become snake_case column names. */
export function defineTable<Row>(definition: TableDefinition<Row>): Table<Row> {
  const { name, key, columns } = definition;
  const fields = Object.keys(columns) as (keyof Row & string)[];
  const recordset = `json_to_recordset($1) as r(${fields.map((field) => `"${field}" ${columns[field]}`).join(", ")})`;
  const keySet = new Set<string>(key);
  const assignments = fields
    .filter((field) => !keySet.has(field))
    .map((field) => `${columnName(field)} = r."${field}"`);
  const match = key.map((field) => `t.${columnName(field)} = r."${field}"`);
  const values = (rows: readonly Row[]): [string] => [JSON.stringify(rows)];
  return {
    columns: fields.map((field) => `${columnName(field)} as "${field}"`).join(", "),
    insert: {
      name: `insert_${name}`,
      text: `insert into ${name} (${fields.map(columnName).join(", ")}) select ${fields.map((field) => `r."${field}"`).join(", ")} from ${recordset}`,
      values,
    },
    update: {
      name: `update_${name}`,
      text: `update ${name} t set ${assignments.join(", ")} from ${recordset} where ${match.join(" and ")}`,
      values,
    },
  };
}

function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
