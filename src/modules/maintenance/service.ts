import type { Database } from "bun:sqlite";
import { AppError } from "../../core/errors.ts";
import type { Authenticator } from "../../identity/authenticator.ts";
import { lockedOut } from "../../identity/login-failures.ts";
import type { Actor, AuditLog } from "../../storage/audit-log.ts";
import type { Backups } from "./backup.ts";
import type { Backup, BackupRequest } from "./model.ts";

/** What can be done to the process and the machine it runs on. */
export interface HostControl {
  /** Ends everything in order and starts the program anew; returns at once, so that the answer still leaves. */
  restart(): void;
  /** Throws AppError `unavailable` when the machine refuses. */
  reboot(): Promise<void>;
}

/** A caller that acts. */
export type Person = Actor & { readonly isSecure: boolean };

/** What maintenance works on. */
export interface MaintenanceSources {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly authenticator: Pick<Authenticator, "authenticatePassword">;
  readonly backups: Backups;
  readonly host: HostControl;
  /** Removes the file with the first password, if it is there. */
  readonly removeInitialPassword: () => void;
  /** Everything in the database is of others now: what waits to be written must not be. */
  readonly onReplaced: () => void;
  /** Whether the machine belongs to the server (`onvif.manage_host`). */
  readonly managesHost: boolean;
  /** Failed logins allowed, named in the answer to a locked login. */
  readonly limits: () => { readonly loginFailures: number };
}

/** Ends and new beginnings. */
export interface MaintenanceService {
  restart(person: Person): void;
  /** Throws AppError `not-supported` where the machine is not ours, `unavailable`. */
  reboot(person: Person): Promise<void>;
  /** Forgets everything the device was told, then restarts. Throws AppError `forbidden` for a wrong password, `locked-out`. */
  factoryReset(person: Person, password: string): Promise<void>;
  /** The same for somebody whose password this very request has proven. */
  resetProven(person: Person): void;
  /** Forgets what was set, but not who may log in nor what happened; then restarts. */
  resetSettings(person: Person): void;
  backup(person: Person, passphrase: string | undefined): Promise<Backup>;
  /** All parts or none, then restarts. Returns their names. Throws AppError `bad-request`. */
  restore(person: Person, request: BackupRequest): Promise<readonly string[]>;
}

/** What a backup may bring, and the logins that end with it. Tokens before the users they belong to. */
const RESTORED_TABLES = ["tokens", "users", "settings", "ptz_presets", "setting_presets", "retention"] as const;
/** What a new owner must not find. */
const OWN_TABLES = [...RESTORED_TABLES, "onvif_values", "onvif_media", "audit", "events"] as const;
/** What was set, without people and history. */
const SETTING_TABLES = [
  "settings",
  "ptz_presets",
  "setting_presets",
  "retention",
  "onvif_values",
  "onvif_media",
] as const;

/** Maintenance of one device. */
export function createMaintenanceService(sources: MaintenanceSources): MaintenanceService {
  const { database, audit, backups, host } = sources;

  let isOver = false;

  function refuseIfOver(): void {
    if (isOver) throw new AppError("unavailable", "The device is about to start anew; try again in a moment");
  }

  /** After the commit, whatever fails. */
  function beginAnew(replaced: readonly string[]): void {
    isOver = true;
    try {
      seal(database, replaced);
      sources.onReplaced();
      database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      host.restart();
    }
  }

  function resetAll(person: Person): void {
    refuseIfOver();
    // first: cut off in between, the device is as it was, and the next owner never gets this password
    sources.removeInitialPassword();
    erase(database, OWN_TABLES, () => audit.record(person, "factory-reset", "device"));
    beginAnew(OWN_TABLES);
  }

  return {
    restart(person) {
      audit.record(person, "system-restarted", "restart");
      host.restart();
    },
    async reboot(person) {
      if (!sources.managesHost) {
        throw new AppError(
          "not-supported",
          "This server may not reboot the machine; set onvif.manage_host to allow it",
          {
            key: "onvif.manage_host",
          },
        );
      }
      audit.record(person, "system-restarted", "reboot");
      await host.reboot();
    },
    async factoryReset(person, password) {
      await confirm(person, password, sources);
      resetAll(person);
    },
    resetProven: resetAll,
    resetSettings(person) {
      refuseIfOver();
      erase(database, SETTING_TABLES, () => audit.record(person, "factory-reset", "settings"));
      beginAnew(SETTING_TABLES);
    },
    async backup(person, passphrase) {
      const backup = await backups.make(passphrase);
      audit.record(person, "backup-made", "device", { secrets: passphrase !== undefined });
      return backup;
    },
    async restore(person, request) {
      const restored = await backups.restore(request, (parts) => {
        refuseIfOver();
        audit.record(person, "backup-restored", "device", { parts });
      });
      beginAnew(RESTORED_TABLES);
      return restored;
    },
  };
}

/** The password again: a login left open must not be enough to wipe the device. */
async function confirm(person: Person, password: string, sources: MaintenanceSources): Promise<void> {
  const { user = "", address, isSecure } = person;
  const result = await sources.authenticator.authenticatePassword({ user, password, address, isSecure });
  if (result.outcome === "identified" && result.identity.user === person.user) return;
  if (result.outcome === "locked-out") throw lockedOut(result.retryAfterSeconds, sources.limits().loginFailures);
  throw new AppError("forbidden", "The password is not right", { key: "password" });
}

/** Together with what `record` writes. */
function erase(database: Database, tables: readonly string[], record: () => void): void {
  // What is deleted is overwritten, here and in the journal, so that it cannot be read from the disk.
  database.run("PRAGMA secure_delete = ON");
  database
    .transaction(() => {
      for (const table of tables) database.run(`DELETE FROM ${table}`);
      record();
    })
    .immediate();
}

/** Lets nothing of before into tables that were replaced, by whatever is still under way on this connection: a login, a password that is being hashed. */
function seal(database: Database, tables: readonly string[]): void {
  for (const table of tables)
    for (const change of ["INSERT", "UPDATE", "DELETE"])
      database.run(
        `CREATE TEMP TRIGGER sealed_${table}_${change} BEFORE ${change} ON main.${table} BEGIN SELECT RAISE(IGNORE); END`,
      );
}
