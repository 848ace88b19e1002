import { createHmac } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import type { StoredUser } from "../../storage/user-store.ts";

const LIFETIME_US = 5 * 60 * 1_000_000;
/** Clients that send Basic with every request; the oldest leaves. */
const CAPACITY = 1000;
const KEY_BYTES = 32;

/** Names and passwords that were right a moment ago, so that clients of Basic cost one hash in 5 minutes. */
export interface VerifiedCredentials {
  has(user: StoredUser, password: string): boolean;
  add(user: StoredUser, password: string): void;
}

/** Remembers HMACs under a key of this process only. A change of the user makes them worthless: role and permissions are not in them, and another password has another revision. */
export function createVerifiedCredentials(crypto: Crypto, clock: Clock): VerifiedCredentials {
  const key = crypto.randomBytes(KEY_BYTES);
  // A Map keeps the order of insertion, so the oldest stand first.
  const untilUs = new Map<string, number>();
  const mark = ({ name, passwordRevision }: StoredUser, password: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([name, passwordRevision, password]))
      .digest("base64");

  return {
    has: (user, password) => (untilUs.get(mark(user, password)) ?? 0) > clock.monotonicUs(),
    add(user, password) {
      const nowUs = clock.monotonicUs();
      for (const [other, endUs] of untilUs) {
        if (untilUs.size < CAPACITY && endUs > nowUs) break;
        untilUs.delete(other);
      }
      untilUs.delete(mark(user, password));
      untilUs.set(mark(user, password), nowUs + LIFETIME_US);
    },
  };
}
