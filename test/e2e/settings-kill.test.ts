import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "../support/seeded-random.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** A hundred kills with many writes between them; CI makes a tenth. */
const ROUNDS = process.env.RD_LONG === "1" ? 100 : 10;
const WRITES_A_ROUND = 20;
const SEED = 20_261_125;

const HEADERS = { Authorization: `Basic ${Buffer.from("admin:password").toString("base64")}` };
const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" };

/** Keys that round nothing, with values that they take. */
const KEYS: Readonly<Record<string, (random: SeededRandom) => unknown>> = {
  brightness: (random) => random.below(101),
  contrast: (random) => random.below(101),
  saturation: (random) => random.below(101),
  bitrate: (random) => 1000 + random.below(3000),
  "jpeg-quality": (random) => 1 + random.below(100),
  flip: (random) => random.pick(["none", "horizontal", "vertical", "both"]),
};

async function readAll(server: TestServer): Promise<Readonly<Record<string, unknown>>> {
  const answer = (await (await fetch(`${server.http}/api/settings`, { headers: HEADERS })).json()) as {
    readonly data: Readonly<Record<string, unknown>>;
  };
  return answer.data;
}

test(`${ROUNDS} kills during random writes lose nothing that was answered, and halve nothing`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-kill-"));
  const random = new SeededRandom(SEED);
  /** What each key may be: the last answered value, and the one that was being written. */
  const allowed = new Map<string, readonly unknown[]>();
  let answered = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServer(["--data-dir", folder], UNLIMITED);
      const present = await readAll(server);
      for (const [key, values] of allowed) expect(values).toContainEqual(present[key]);
      const killAfter = random.below(WRITES_A_ROUND);
      for (let write = 0; write < WRITES_A_ROUND; write++) {
        const key = random.pick(Object.keys(KEYS));
        const value = KEYS[key]?.(random);
        const before = allowed.get(key)?.[0] ?? present[key];
        allowed.set(key, [before, value]);
        const body = JSON.stringify(value);
        const posted = fetch(`${server.http}/api/settings/${key}`, { method: "POST", headers: HEADERS, body }).then(
          (answer) => answer.status,
          () => undefined,
        );
        if (write === killAfter) {
          await server.stop("SIGKILL");
          if ((await posted) === 200) allowed.set(key, [value]);
          break;
        }
        expect(await posted).toBe(200);
        allowed.set(key, [value]);
        answered += 1;
      }
    }
    expect(answered).toBeGreaterThan(ROUNDS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
