import type { Clock } from "../../core/clock.ts";
import { defectText } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Log } from "../../core/log.ts";
import type { AuditLog } from "../../storage/audit-log.ts";
import type { EventLog } from "../../storage/event-log.ts";

/** Writes down who came in and who did not. Never fails: a full disk must not keep people out. */
export interface LoginRecord {
  /** One line for a login; a client that sends its credentials with every request logs in once in half an hour. */
  succeeded(login: { readonly user: string; readonly address: string; readonly way: string }): void;
  failed(user: string, address: string): void;
  /** Further logins of the pair or the address are refused for a while. */
  lockedOut(user: string, address: string, retryAfterSeconds: number): void;
}

/** What is written to. */
export interface LoginRecordParts {
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** As long as a browser's session may idle. */
const SAME_LOGIN_US = 30 * 60 * 1_000_000;
/** Clients remembered; the oldest leaves. */
const CAPACITY = 1000;
/** As long as a name can be; what is longer is none. */
const MAX_NAME_LENGTH = 32;

/** Lines in the audit log and events for everybody who listens. */
export function createLoginRecord({ audit, events, clock, log }: LoginRecordParts): LoginRecord {
  const seenUs = new Map<string, number>();
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error("a login could not be written down", { error: defectText(error) });
    }
  };
  const refused = (kind: "login-failed" | "locked-out", user: string, address: string, more: Record<string, Json>) =>
    attempt(() => {
      const name = printableName(user);
      audit.record({ user: undefined, address }, kind, name, more);
      events.publish(kind, { user: name, address, ...more });
    });

  return {
    succeeded({ user, address, way }) {
      const key = JSON.stringify([user, address, way]);
      const nowUs = clock.monotonicUs();
      const isNew = way === "login" || nowUs - (seenUs.get(key) ?? Number.NEGATIVE_INFINITY) >= SAME_LOGIN_US;
      if (!isNew) return;
      seenUs.delete(key);
      seenUs.set(key, nowUs);
      const [oldest] = seenUs.keys();
      if (seenUs.size > CAPACITY && oldest !== undefined) seenUs.delete(oldest);
      attempt(() => audit.record({ user, address }, "login", user, { way }));
    },
    failed: (user, address) => refused("login-failed", user, address, {}),
    lockedOut(user, address, retryAfterSeconds) {
      log.warn("too many failed logins; further ones are refused for a while", { address });
      refused("locked-out", user, address, { retry_after: retryAfterSeconds });
    },
  };
}

/** What somebody typed as a name, so that it can be shown anywhere. */
function printableName(text: string): string {
  return [...text.slice(0, 2 * MAX_NAME_LENGTH).replace(/[\p{C}\p{Z}]/gu, "?")].slice(0, MAX_NAME_LENGTH).join("");
}
