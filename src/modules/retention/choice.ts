import { SQLiteError } from "bun:sqlite";
import * as v from "valibot";
import type { ConfigOrigin, ServerConfig } from "../../config/server-config.ts";
import { AppError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Actor, AuditLog } from "../../storage/audit-log.ts";
import type { EventLog } from "../../storage/event-log.ts";
import type { RetentionTable } from "../../storage/retention-table.ts";
import type { RetentionRules } from "../recordings/retention.ts";
import { RETENTION_KEYS, RETENTION_RULES, type RetentionChange, type RetentionDescription } from "./model.ts";

/** What the choice is made over. */
export interface RetentionChoiceParts {
  /** Its sections change with a reload: read at each use. */
  readonly config: Pick<ServerConfig, "recording" | "retention" | "origins">;
  readonly table: RetentionTable;
  readonly audit: Pick<AuditLog, "record">;
  readonly events: Pick<EventLog, "publish">;
  /** The rules are others. */
  readonly onChanged: () => void;
}

type Chosen = ReturnType<typeof inNamesOf>;

/** What may be kept: what the operator's configuration gives, else what somebody chose while the device ran, else the defaults. */
export class RetentionChoice {
  readonly #parts: RetentionChoiceParts;
  #chosen: RetentionChange;

  constructor(parts: RetentionChoiceParts) {
    this.#parts = parts;
    this.#chosen = readChosen(parts.table.load());
  }

  /** In force now. */
  rules(): RetentionRules {
    const { days, bytes, overwrite, delete_tagged: deleteTagged } = this.#inForce();
    const { minFreeBytes, minFreePercent } = this.#parts.config.recording;
    return { minFreeBytes, minFreePercent, days, bytes, overwrite, deleteTagged };
  }

  describe(): RetentionDescription {
    const fixed = RETENTION_KEYS.flatMap((key) => {
      const origin = this.#originOf(key);
      return origin === undefined ? [] : [[key, origin] as const];
    });
    return { ...this.#inForce(), fixed: Object.fromEntries(fixed) };
  }

  /** Throws AppError `conflict` for what the configuration gives, with the key, and `unavailable`. What stays as it is, is no change. */
  change(wanted: RetentionChange, actor: Actor): RetentionDescription {
    const { table, audit, events, onChanged } = this.#parts;
    const present = this.#inForce();
    const keys = RETENTION_KEYS.filter((key) => wanted[key] !== undefined && wanted[key] !== present[key]);
    for (const key of keys) {
      const origin = this.#originOf(key);
      if (origin !== undefined) throw isFixed(key, origin);
    }
    if (keys.length === 0) return this.describe();
    const values = new Map(keys.map((key) => [key, wanted[key] ?? null]));
    const detail = Object.fromEntries([...values].map(([key, value]) => [`retention.${key}`, value]));
    const subject = Object.keys(detail).join(",");
    attempt(() => table.save(values, () => audit.record(actor, "settings-changed", subject, detail)));
    this.#chosen = { ...this.#chosen, ...Object.fromEntries(values) };
    events.publish("settings-changed", { user: actor.user ?? null, address: actor.address, values: detail });
    onChanged();
    return this.describe();
  }

  #inForce(): Chosen {
    const given = inNamesOf(this.#parts.config.retention);
    const chosen = RETENTION_KEYS.filter((key) => this.#chosen[key] !== undefined && this.#originOf(key) === undefined);
    return { ...given, ...Object.fromEntries(chosen.map((key) => [key, this.#chosen[key]])) };
  }

  #originOf(key: (typeof RETENTION_KEYS)[number]): ConfigOrigin | undefined {
    return this.#parts.config.origins[`retention.${key}`];
  }
}

function inNamesOf({ deleteTagged, ...rules }: ServerConfig["retention"]) {
  return { ...rules, delete_tagged: deleteTagged };
}

/** Of the rows on disk what is a rule; rows of other versions are left out. */
function readChosen(rows: ReadonlyMap<string, Json>): RetentionChange {
  return Object.fromEntries(
    RETENTION_KEYS.flatMap((key) => (v.is(RETENTION_RULES[key], rows.get(key)) ? [[key, rows.get(key)]] : [])),
  );
}

/** A change that cannot be written down is none. */
function attempt(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof SQLiteError)) throw error;
    throw new AppError("unavailable", "The rule cannot be kept because the storage failed; free some space", {
      errorCode: "STORAGE_UNAVAILABLE",
    });
  }
}

function isFixed(key: string, origin: ConfigOrigin): AppError {
  const places = {
    file: "in the configuration file",
    environment: `by the variable ROTORDREAM_RETENTION_${key.toUpperCase()}`,
    flag: "by a flag of the command line",
  };
  return new AppError("conflict", `retention.${key} is set ${places[origin]}; change or remove it there`, { key });
}
