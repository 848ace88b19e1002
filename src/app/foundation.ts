import type { Database } from "bun:sqlite";
import type { Library } from "bun-ffi-v4l2";
import type { RunningConfig } from "../config/running-config.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Clock } from "../core/clock.ts";
import type { Crypto } from "../core/crypto-port.ts";
import type { Log } from "../core/log.ts";
import { systemScheduler } from "../core/scheduler.ts";
import type { Authenticator } from "../identity/authenticator.ts";
import { AuditLog } from "../storage/audit-log.ts";
import { createCrypto } from "../storage/crypto.ts";
import { openDatabase } from "../storage/database.ts";
import { EventLog } from "../storage/event-log.ts";
import { openSecretBox, type SecretBox } from "../storage/secret-box.ts";
import { type RunningIdentity, startIdentity } from "./identity.ts";

/** The product's name. */
export const PRODUCT = "RotorDream";

/** What everything else is built on. */
export interface Foundation {
  readonly running: RunningConfig;
  /** Its sections change with a reload: read them at the moment of use. */
  readonly config: ServerConfig;
  readonly library: Library;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly database: Database;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly box: SecretBox;
  readonly identity: RunningIdentity;
  readonly authenticator: Authenticator;
}

/** Builds it. */
export function createFoundation(library: Library, running: RunningConfig, log: Log): Foundation {
  const config = running.view;
  const crypto = createCrypto();
  const clock: Clock = { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() };
  const box = openSecretBox(config.dataFolder);
  const database = openDatabase(config.dataFolder);
  const audit = new AuditLog(database, clock);
  const events = new EventLog(database, clock, log.child("events"));
  const scheduler = systemScheduler;
  const identity = startIdentity({ config, database, box, clock, scheduler, crypto, log, audit, events });
  const { authenticator } = identity;
  return { running, config, library, clock, crypto, log, database, audit, events, box, identity, authenticator };
}

/** Those that HTTP and RTSP offer to clients of all kinds, in this order: some of them take the first, whether they know it or not. */
export function digestAlgorithms({ auth }: Pick<ServerConfig, "auth">): readonly ("SHA-256" | "MD5")[] {
  return auth.digestSha256Everywhere ? ["SHA-256", "MD5"] : ["MD5"];
}
