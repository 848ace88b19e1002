import * as v from "valibot";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { RetentionTable } from "../../storage/retention-table.ts";
import type { BackupPart } from "../maintenance/backup.ts";
import { RetentionChange } from "./model.ts";

const KEY = "parts.retention";

/** The rules of retention that were chosen, as part of a backup. */
export function createRetentionPart(table: RetentionTable): BackupPart {
  return {
    name: "retention",
    export: () => Object.fromEntries(table.load()),
    check: (value) => void rulesOf(value),
    import: (value) => table.replace(rulesOf(value)),
  };
}

function rulesOf(value: unknown): ReadonlyMap<string, Json> {
  const result = v.safeParse(RetentionChange, value);
  if (!result.success) throw new AppError("bad-request", `${KEY} holds what is no rule`, { key: KEY });
  const given = Object.entries(result.output).flatMap(([key, rule]) =>
    rule === undefined ? [] : [[key, rule] as const],
  );
  return new Map(given);
}
