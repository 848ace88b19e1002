import type { Clock } from "../../core/clock.ts";
import { defectText } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { StoredToken, TokenKind, TokenStore } from "../../storage/token-store.ts";

/** A browser's session ends when it was not used for so long. */
const IDLE_MS = 30 * 60_000;
/** The last use is written at most so often. */
const WRITE_EVERY_MS = 60_000;
/** Uses remembered beside what is written; those of the longest unused token leave. */
const CAPACITY = 10_000;

/** Tells living tokens from others, and keeps their last use. */
export interface TokenCheck {
  /** The token of a secret, which this counts as used; undefined: unknown, of another kind, expired or idle. */
  open(secret: string, kinds: readonly TokenKind[]): StoredToken | undefined;
  /** The token with this id, while it lives; counts as no use. */
  find(id: string): StoredToken | undefined;
  noteUse(id: string): void;
  /** Forgets tokens that ended by time; returns how many. */
  removeEnded(): number;
}

/** What tokens are checked against. */
export interface TokenCheckParts {
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Checks against the store at each call, so that a revoked token is refused at once. */
export function createTokenCheck({ tokens, clock, log }: TokenCheckParts): TokenCheck {
  const usedMs = new Map<string, number>();
  const lastUse = (token: StoredToken) => Math.max(token.createdMs, token.lastUsedMs ?? 0, usedMs.get(token.id) ?? 0);

  function lives(token: StoredToken): boolean {
    const nowMs = clock.wallMs();
    if (token.expiresMs !== undefined && token.expiresMs <= nowMs) return false;
    return token.kind !== "session" || nowMs - lastUse(token) < IDLE_MS;
  }

  function use(token: StoredToken): void {
    const nowMs = Math.trunc(clock.wallMs());
    usedMs.delete(token.id);
    usedMs.set(token.id, nowMs);
    const [oldest] = usedMs.keys();
    if (usedMs.size > CAPACITY && oldest !== undefined) usedMs.delete(oldest);
    if (nowMs - (token.lastUsedMs ?? 0) < WRITE_EVERY_MS) return;
    try {
      tokens.noteUse(token.id, nowMs);
    } catch (error) {
      log.warn("the last use of a token could not be written", { error: defectText(error) });
    }
  }

  return {
    open(secret, kinds) {
      const token = tokens.findBySecret(secret);
      if (token === undefined || !kinds.includes(token.kind) || !lives(token)) return undefined;
      use(token);
      return token;
    },
    find(id) {
      const token = tokens.find(id);
      return token !== undefined && lives(token) ? token : undefined;
    },
    noteUse(id) {
      const token = this.find(id);
      if (token !== undefined) use(token);
    },
    // What is written may be older than the last use by as much as it is written seldom.
    removeEnded: () => tokens.removeEnded(Math.trunc(clock.wallMs()) - IDLE_MS - WRITE_EVERY_MS),
  };
}
