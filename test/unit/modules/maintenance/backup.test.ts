import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { AppError } from "../../../../src/core/errors.ts";
import type { Json } from "../../../../src/core/json.ts";
import { type BackupPart, type Backups, createBackups } from "../../../../src/modules/maintenance/backup.ts";
import type { Backup } from "../../../../src/modules/maintenance/model.ts";
import { createPresetsPart } from "../../../../src/modules/maintenance/presets-part.ts";
import { createCrypto } from "../../../../src/storage/crypto.ts";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

const PASSPHRASE = "a long passphrase";
const DOOR = { id: "1", name: "door", pan: 0.5, tilt: -1, zoom: 3 };

let made: TestDatabase;
beforeEach(() => {
  made = createTestDatabase();
});
afterEach(() => made[Symbol.dispose]());

/** A part with a secret, kept as settings are. */
function keyPart(database: Database): BackupPart {
  return {
    name: "keys",
    export: (withSecrets) => (withSecrets ? { secret: "hunter2" } : {}),
    check(value) {
      if (typeof value !== "object") throw new AppError("bad-request", "parts.keys is not an object");
    },
    import(value) {
      database.run("DELETE FROM settings");
      database.run("INSERT INTO settings VALUES ('keys', ?, 0)", [JSON.stringify(value)]);
    },
  };
}

function backupsOver(...more: readonly BackupPart[]): Backups {
  const { database } = made;
  return createBackups({
    database,
    clock: createManualClock(),
    crypto: createCrypto(),
    productVersion: "1.2.3",
    parts: [keyPart(database), createPresetsPart(database), ...more],
  });
}

const settings = () => made.database.query<{ value: string }, []>("SELECT value FROM settings").all();
const presets = () => made.database.query("SELECT * FROM ptz_presets").all();
const failure = (result: Promise<unknown>) =>
  result.then(
    () => "nothing",
    (error: unknown) => (error instanceof AppError ? `${error.kind}: ${error.message}` : String(error)),
  );

function addPreset(): void {
  made.database.run("INSERT INTO ptz_presets VALUES ('1', 'door', 0.5, -1, 3)");
}

test("a backup without a passphrase holds every part and no secret", async () => {
  addPreset();
  const backup = await backupsOver().make(undefined);
  expect(backup).toEqual({
    format: "rotordream-backup",
    version: 1,
    created: 1_704_067_200_000,
    product_version: "1.2.3",
    parts: { keys: {}, presets: [DOOR] },
  });
  made.database.run("DELETE FROM ptz_presets");
  expect(await backupsOver().restore(backup)).toEqual(["keys", "presets"]);
  expect(presets()).toEqual([DOOR]);
});

test("with a passphrase the secrets come along sealed, and back with it alone", async () => {
  addPreset();
  const backups = backupsOver();
  const backup = JSON.parse(JSON.stringify(await backups.make(PASSPHRASE))) as Backup;
  expect(JSON.stringify(backup)).not.toContain("hunter2");
  await backups.restore({ ...backup, passphrase: PASSPHRASE });
  expect(settings()).toEqual([{ value: '{"secret":"hunter2"}' }]);
  expect(presets()).toEqual([DOOR]);

  await backups.restore(backup);
  expect(settings()).toEqual([{ value: "{}" }]);
  expect(await failure(backups.restore({ ...backup, passphrase: `${PASSPHRASE}!` }))).toStartWith(
    "bad-request: The passphrase",
  );
  const other = await backups.make(PASSPHRASE);
  expect(other.sealed?.salt).not.toBe(backup.sealed?.salt);
});

test("a sealed text that was touched anywhere is refused", async () => {
  const backups = backupsOver();
  const backup = await backups.make(PASSPHRASE);
  for (const member of ["salt", "nonce", "tag", "text"] as const) {
    const bytes = Buffer.from(backup.sealed?.[member] ?? "", "base64");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    const sealed = { salt: "", nonce: "", tag: "", text: "", ...backup.sealed, [member]: bytes.toString("base64") };
    expect(await failure(backups.restore({ ...backup, sealed, passphrase: PASSPHRASE }))).toContain("does not fit");
    const short = { ...sealed, [member]: "AA==" };
    expect(await failure(backups.restore({ ...backup, sealed: short, passphrase: PASSPHRASE }))).toContain(
      "does not fit",
    );
  }
  expect(settings()).toEqual([]);
});

test("all or nothing: one part that does not fit leaves the others as they were", async () => {
  addPreset();
  const backups = backupsOver();
  const parts = (presetList: Json): Json => ({ keys: { a: 1 }, presets: presetList });
  for (const [list, words] of [
    ["no list", "is not a list"],
    [[{ ...DOOR, zoom: 11 }], "is not a list"],
    [[{ ...DOOR, more: 1 }], "is not a list"],
    [[DOOR, { ...DOOR, name: "gate" }], "one id twice"],
    [[DOOR, { ...DOOR, id: "2" }], "one name twice"],
  ] as const) {
    const request = { format: "rotordream-backup", version: 1, parts: parts(list) as Record<string, Json> } as const;
    expect(await failure(backups.restore(request))).toContain(words);
  }
  expect(await failure(backups.restore({ parts: { strangers: 1 } }))).toContain("parts.strangers is not a part");
  expect(await failure(backups.restore({ parts: {} }))).toContain("has no parts");
  expect(await failure(backups.restore({ parts: { keys: 1 }, passphrase: PASSPHRASE }))).toContain("has no secrets");
  expect([settings(), presets()]).toEqual([[], [DOOR]]);
});

test("a part that fails while it is restored takes back the parts before it", async () => {
  addPreset();
  const failing: BackupPart = {
    name: "late",
    export: () => null,
    check: () => undefined,
    import() {
      throw new Error("disk full");
    },
  };
  const backups = backupsOver(failing);
  expect(await failure(backups.restore({ parts: { keys: {}, presets: [], late: null } }))).toContain("disk full");
  expect([settings(), presets()]).toEqual([[], [DOOR]]);
});
