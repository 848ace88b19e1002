import { AppError } from "../core/errors.ts";

/** Argon2id as OWASP's password storage cheat sheet asks for: 19 MiB, 2 passes, 1 lane; 33 ms on a small machine. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;
/** Each takes a thread and 19 MiB; video must go on. */
const MAX_RUNNING = 2;
/** Half a second of work. */
const MAX_WAITING = 16;
const RETRY_AFTER_S = 1;

/** Hashes passwords, a few at a time. Both throw AppError `unavailable` when too many wait. */
export interface PasswordHashing {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** Argon2id behind a queue; `argon2` does one piece of work. */
export function createPasswordHashing(argon2: PasswordHashing = ARGON2): PasswordHashing {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= MAX_RUNNING) {
      if (waiting.length >= MAX_WAITING) throw tooMany();
      // Whoever ends hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(() => argon2.hash(password)),
    verify: (password, hash) => inTurn(() => argon2.verify(password, hash)),
  };
}

const ARGON2: PasswordHashing = {
  hash: (password) => Bun.password.hash(password, ARGON2ID),
  verify: (password, hash) => Bun.password.verify(password, hash),
};

function tooMany(): AppError {
  return new AppError("unavailable", "Too many logins are being checked; try again in a moment", {
    retryAfterSeconds: RETRY_AFTER_S,
  });
}
