import type { Database } from "bun:sqlite";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningIdentity, startIdentity } from "../../src/app/identity.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { Log } from "../../src/core/log.ts";
import type { Scheduler } from "../../src/core/scheduler.ts";
import { PERMISSIONS, type Permission, type Role } from "../../src/identity/permissions.ts";
import { AuditLog } from "../../src/storage/audit-log.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { EventLog } from "../../src/storage/event-log.ts";
import { createSecretBox } from "../../src/storage/secret-box.ts";
import { inputsOf } from "../unit/config/inputs.ts";
import { memoryDatabase } from "./memory-database.ts";

export const ADMIN_PASSWORD = "correct horse: battery";

/** The real identity over a database in memory, with `admin`. */
export interface TestIdentity extends RunningIdentity {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly events: EventLog;
  /** Where `initial-password` would stand. */
  readonly dataFolder: string;
  /** Adds a user as the administrator would. */
  addUser(
    name: string,
    password: string,
    role: Role,
    more?: { readonly permissions?: readonly Permission[]; readonly onvif?: boolean },
  ): Promise<void>;
}

export interface TestIdentityOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly anonymous?: "guest" | "viewer" | undefined;
  readonly loginFailures?: number | undefined;
  readonly requireTls?: boolean | undefined;
  readonly mustChange?: boolean;
  /** `admin` is still being made, as in the first moments of a first start. */
  readonly isStarting?: boolean;
}

export async function startTestIdentity(options: TestIdentityOptions): Promise<TestIdentity> {
  const { clock, scheduler, log, anonymous = "guest", loginFailures = 5, requireTls = false } = options;
  const defaults = loadConfig(inputsOf({}));
  const dataFolder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const config = {
    ...defaults,
    dataFolder,
    auth: { ...defaults.auth, anonymous },
    server: { ...defaults.server, requireTls },
    limits: { ...defaults.limits, loginFailures },
  };
  const crypto = createCrypto();
  const database = memoryDatabase();
  const audit = new AuditLog(database, clock);
  const events = new EventLog(database, clock, log);
  const box = createSecretBox(crypto.randomBytes(32));
  const identity = startIdentity({ config, database, box, clock, scheduler, crypto, log, audit, events });
  const choose = () => ({ password: ADMIN_PASSWORD, mustChange: options.mustChange ?? false });
  const made = identity.ensureAdministrator(choose);
  if (!options.isStarting) await made;
  const administrator = { identity: { user: "admin", permissions: new Set(PERMISSIONS) }, address: "local" };
  return {
    ...identity,
    database,
    audit,
    events,
    dataFolder,
    addUser: async (name, password, role, more) =>
      void (await identity.users.add(administrator, { name, password, role, ...more })),
  };
}
