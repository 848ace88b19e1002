import type { Database } from "bun:sqlite";
import type { Json } from "../core/json.ts";
import type { Actor, AuditLog } from "./audit-log.ts";
import { openOnvifValue } from "./onvif-values.ts";

interface IdentityRow {
  readonly endpoint: string;
  readonly instance: number;
  readonly metadata_version: number;
  readonly metadata: string;
}

/** What is kept about the device as ONVIF clients see it: who it is for ever, and what they set. */
export class OnvifStore {
  /** `urn:uuid:…`, the same for the life of the database. */
  readonly endpoint: string;
  /** Larger at each start. */
  readonly instance: number;
  readonly #database: Database;
  readonly #audit: AuditLog;

  /** Makes the identity where there is none yet, and counts this start. */
  constructor(database: Database, audit: AuditLog) {
    this.#database = database;
    this.#audit = audit;
    const row = database
      .transaction(() => {
        const found = this.#identity();
        if (found === undefined)
          database
            .query("INSERT INTO onvif_identity VALUES ($endpoint, 0, 0, '')")
            .run({ endpoint: `urn:uuid:${crypto.randomUUID()}` });
        database.run("UPDATE onvif_identity SET instance = instance + 1");
        return this.#identity();
      })
      .immediate();
    this.endpoint = row?.endpoint ?? "";
    this.instance = row?.instance ?? 1;
  }

  /** The version of metadata with this hash: one more than the last where they are others. */
  metadataVersion(hash: string): number {
    const { metadata, metadata_version = 0 } = this.#identity() ?? {};
    if (metadata === hash) return metadata_version;
    try {
      this.#database
        .query("UPDATE onvif_identity SET metadata_version = metadata_version + 1, metadata = $hash")
        .run({ hash });
    } catch {
      // a full disk: it is told all the same, and written when there is room
    }
    return metadata_version + 1;
  }

  /** Undefined: never set. */
  load(key: "scopes" | "discovery_mode"): Json | undefined {
    return openOnvifValue(this.#database, key).load();
  }

  /** With its line in the audit log. */
  save(actor: Actor, key: "scopes" | "discovery_mode", value: Json): void {
    this.#database
      .transaction(() => {
        openOnvifValue(this.#database, key).save(value);
        this.#audit.record(actor, "settings-changed", `onvif.${key}`, { value });
      })
      .immediate();
  }

  #identity(): IdentityRow | undefined {
    return this.#database.query<IdentityRow, []>("SELECT * FROM onvif_identity").get() ?? undefined;
  }
}
