/** What part of a log that is kept in the database to show, newest first. */
export interface LogFilter {
  /** Unix milliseconds; lines of that time or later. */
  readonly fromMs?: number | undefined;
  /** Unix milliseconds; lines before it. */
  readonly toMs?: number | undefined;
  /** Stands anywhere in a line; capital or small is the same in ASCII. */
  readonly search?: string | undefined;
  /** Only lines older than the one with this id. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

/** A condition in SQL whose value is `?`, as often as it stands there; undefined: it is not asked for. */
type Condition = readonly [sql: string, value: string | number | undefined];

/** The end of a SELECT, and the values of its `?`. `searched`: the columns of texts. */
export function filterSql(
  { fromMs, toMs, search, beforeId, limit }: LogFilter,
  searched: readonly string[],
  own: readonly Condition[],
): { readonly sql: string; readonly values: (string | number)[] } {
  const found = searched.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(" OR ");
  const conditions: readonly Condition[] = [
    ...own,
    ["id < ?", beforeId],
    ["time_ms >= ?", fromMs],
    ["time_ms < ?", toMs],
    [`(${found})`, search === undefined ? undefined : `%${search.replace(/[\\%_]/g, "\\$&")}%`],
  ];
  const asked = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  const where = asked.length === 0 ? "" : `WHERE ${asked.map(({ sql }) => sql).join(" AND ")} `;
  return {
    sql: `${where}ORDER BY id DESC LIMIT ?`,
    values: [...asked.flatMap(({ sql, value }) => Array(sql.split("?").length - 1).fill(value)), limit],
  };
}
