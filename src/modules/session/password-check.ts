import type { LoginFailures } from "../../identity/login-failures.ts";
import type { PasswordHashing } from "../../storage/password-hashing.ts";
import type { StoredUser, UserStore } from "../../storage/user-store.ts";
import type { LoginRecord } from "./login-record.ts";
import type { VerifiedCredentials } from "./verified-credentials.ts";

/** What became of a name and a proof of its password. */
export type PasswordResult =
  | { readonly outcome: "right"; readonly user: StoredUser }
  | { readonly outcome: "wrong" }
  | { readonly outcome: "locked-out"; readonly retryAfterSeconds: number };

/** `void`: right, but not acceptable now, such as one that was used before; neither a login nor a failed one. */
export type Proof = "right" | "wrong" | "void";

/** Checks names and passwords of every protocol, with one count of failures. */
export interface PasswordCheck {
  /** Throws AppError `unavailable` when too many are being checked. */
  check(name: string, password: string, address: string): Promise<PasswordResult>;
  /** The same for a proof that `prove` judges at once, such as a Digest response; `user` undefined: nobody of that name. */
  checkProof(
    name: string,
    address: string,
    prove: (user: StoredUser | undefined) => Proof,
  ): PasswordResult | { readonly outcome: "void" };
}

/** What passwords are checked against. */
export interface PasswordCheckParts {
  readonly users: UserStore;
  readonly hashing: PasswordHashing;
  readonly failures: LoginFailures;
  readonly verified: VerifiedCredentials;
  readonly record: LoginRecord;
}

/** Of 32 random bytes that were thrown away. Names without a user are checked against it, so that they cost what a wrong password costs. */
const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$9IVNBVi7m45DAcaiAraeOfd60yh4FeJYAVQuNjWqzeE$HDVHIgA9TCsrdwjKF516NKyAh7luDLIpjQGZv/PYTBU";

/** The lock is looked at before hashing, and again after it: what was asked meanwhile must not tell more guesses apart than the limit. */
export function createPasswordCheck(parts: PasswordCheckParts): PasswordCheck {
  const { users, hashing, failures, verified, record } = parts;

  function locked(name: string, address: string): PasswordResult | undefined {
    const retryAfterSeconds = failures.retryAfterSeconds(address, name);
    return retryAfterSeconds > 0 ? { outcome: "locked-out", retryAfterSeconds } : undefined;
  }

  function decide(name: string, address: string, user: StoredUser | undefined): PasswordResult {
    const lock = locked(name, address);
    if (lock !== undefined) return lock;
    if (user !== undefined) {
      failures.succeeded(address, name);
      return { outcome: "right", user };
    }
    failures.failed(address, name);
    record.failed(name, address);
    const retryAfterSeconds = failures.retryAfterSeconds(address, name);
    if (retryAfterSeconds > 0) record.lockedOut(name, address, retryAfterSeconds);
    return { outcome: "wrong" };
  }

  return {
    async check(given, password, address) {
      const name = given.normalize("NFC");
      const lock = locked(name, address);
      if (lock !== undefined) return lock;
      const found = users.find(name);
      if (found !== undefined && verified.has(found, password)) return decide(name, address, found);

      const matches = await hashing.verify(password, found?.passwordHash ?? NOBODYS_HASH);
      const user = matches ? users.find(name) : undefined;
      // Somebody may have changed the password while the old one was hashed.
      const isCurrent = user !== undefined && user.passwordRevision === found?.passwordRevision;
      const result = decide(name, address, isCurrent ? user : undefined);
      if (result.outcome === "right") {
        verified.add(result.user, password);
        if (users.digestSecrets(name) === undefined) users.renewSecrets(name, password);
      }
      return result;
    },
    checkProof(given, address, prove) {
      const name = given.normalize("NFC");
      const lock = locked(name, address);
      if (lock !== undefined) return lock;
      const user = users.find(name);
      const proof = prove(user);
      if (proof === "void" && user !== undefined) return { outcome: "void" };
      return decide(name, address, proof === "right" ? user : undefined);
    },
  };
}
