import type { ComponentChildren } from "preact";

/** A column of a table of `Row`s. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Buttons: at the end, without a heading to see. */
  readonly isActions?: boolean;
}

interface TableProps<Row> {
  /** What it lists; read out, not seen. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** A table that becomes cards where there is no room for one. */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <table class="table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ heading, isActions }) => (
            <th key={heading} scope="col">
              {isActions ? <span class="unseen">{heading}</span> : heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ heading, cell, isActions }) => (
              <td key={heading} class={isActions ? "actions" : undefined} data-heading={heading}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
