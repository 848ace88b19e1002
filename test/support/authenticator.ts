import { createLog, lineSink } from "../../src/core/log.ts";
import type { AuthenticationRequest } from "../../src/identity/authenticator.ts";
import { createHttpNonces } from "../../src/identity/nonce-store.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { startTestIdentity } from "./identity.ts";
import { createManualTime } from "./manual-scheduler.ts";

/** An authenticator with `admin`, over a clock that a test moves; `ask` is a request without credentials unless it says otherwise. */
export async function startAuthenticator(
  options: { anonymous?: "guest" | "viewer"; loginFailures?: number; requireTls?: boolean; isStarting?: boolean } = {},
) {
  const time = createManualTime();
  const { clock } = time;
  const logged: string[] = [];
  const log = createLog(
    lineSink("debug", false, clock.wallMs, (line) => logged.push(line)),
    "session",
  );
  const identity = await startTestIdentity({ ...time, log, ...options });
  const { authenticator } = identity;
  const nonces = createHttpNonces(createCrypto(), clock);
  const ask = (changes: Partial<AuthenticationRequest> = {}) =>
    authenticator.authenticate({
      authorization: undefined,
      token: undefined,
      isSecure: false,
      method: "GET",
      acceptsUri: (uri) => uri === "/a",
      nonces,
      address: "192.0.2.1",
      allowAnonymous: true,
      ...changes,
    });
  return { ...time, identity, authenticator, nonces, ask, logged };
}

/** A Basic `Authorization` header. */
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
