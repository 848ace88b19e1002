import type { Database } from "bun:sqlite";
import { Library } from "bun-ffi-v4l2";
import type { ServerConfig } from "../config/server-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import type { Log } from "../core/log.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { createAdministratorAuthenticator } from "../modules/session/service.ts";
import { AuditLog } from "../storage/audit-log.ts";
import { createCrypto } from "../storage/crypto.ts";
import { openDatabase } from "../storage/database.ts";
import { EventLog } from "../storage/event-log.ts";

/** The product's name. */
export const PRODUCT = "RotorDream";

/** What everything else is built on. */
export interface Foundation {
  readonly config: ServerConfig;
  readonly library: Library;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly authenticator: Authenticator;
}

/** Builds it. */
export function createFoundation(config: ServerConfig, adminPassword: string, log: Log): Foundation {
  const library = Library.open();
  const crypto = createCrypto();
  const clock: Clock = { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() };
  const database = openDatabase(config.dataFolder);
  const authenticator = createAdministratorAuthenticator({
    crypto,
    clock,
    log: log.child("login"),
    adminPassword,
    anonymous: config.auth.anonymous,
    loginFailures: config.limits.loginFailures,
  });
  const audit = new AuditLog(database, clock);
  const events = new EventLog(database, clock);
  return { config, library, clock, crypto, log, database, audit, events, authenticator };
}
