import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppError } from "../../../src/core/errors.ts";
import { createLog } from "../../../src/core/log.ts";
import type { CertificateNames } from "../../../src/storage/certificate-issue.ts";
import { namesOf } from "../../../src/storage/certificate-names.ts";
import { readPem } from "../../../src/storage/certificate-pem.ts";
import { CertificateStore } from "../../../src/storage/certificate-store.ts";
import { makeCertificate } from "../../support/certificates.ts";
import { createManualTime, type ManualTime } from "../../support/manual-scheduler.ts";
import { until } from "../../support/until.ts";

const DAY_MS = 86_400_000;

let folder: string;
let time: ManualTime;
let names: CertificateNames;
let logged: string[];
let hsts: boolean;
const stores: CertificateStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  time = createManualTime();
  names = namesOf("cam", ["192.0.2.7"]);
  logged = [];
  hsts = false;
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<CertificateStore> {
  const { clock, scheduler } = time;
  const store = await CertificateStore.open({
    dataFolder: folder,
    clock,
    scheduler,
    log: createLog({ level: "warn", write: (_level, _module, message) => void logged.push(message) }, "tls"),
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    names: () => names,
    buildMs: clock.wallMs(),
    refusesSelfSigned: () => hsts,
  });
  stores.push(store);
  return store;
}

const file = (name: string) => join(folder, name);
const publicKey = (key: string) => createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "pem" });
const around = (fromDays: number, untilDays: number) => ({
  fromMs: time.clock.wallMs() + fromDays * DAY_MS,
  untilMs: time.clock.wallMs() + untilDays * DAY_MS,
});
/** Housekeeping runs when time moves on and ends a little later. */
const pass = (elapsedMs: number) => time.advanceMs(elapsedMs);

describe("the first start", () => {
  test("makes a pair that the next start finds again", async () => {
    const first = await open();
    const second = await open();
    expect(second.current).toEqual(first.current);
    expect(readFileSync(file("server.crt"), "utf8")).toBe(first.current.certificate);
    expect(first.problem).toBeUndefined();
  });

  test("with a broken pair serves another one from memory, says so, and takes the mended files", async () => {
    const good = await makeCertificate({ name: "good", ...around(-1, 90) });
    writeFileSync(file("server.crt"), good.certificate);
    writeFileSync(file("server.key"), (await makeCertificate({ name: "other" })).key);
    const store = await open();
    expect(store.description.selfSigned).toBe(true);
    expect(store.problem).toContain("The private key does not belong to the certificate");
    expect(logged).toEqual([store.problem ?? ""]);
    expect(readFileSync(file("server.crt"), "utf8")).toBe(good.certificate);
    store.watch();
    writeFileSync(file("server.key"), good.key);
    pass(2000);
    await until(() => store.current.certificate === good.certificate);
    expect(store.problem).toBeUndefined();
  });
});

describe("files dropped into the folder", () => {
  test("are picked up once both are there", async () => {
    const store = await open();
    const told: string[] = [];
    store.onReplaced((_, origin) => void told.push(origin));
    store.watch();
    const dropped = await makeCertificate({ name: "dropped", ...around(-1, 90) });
    writeFileSync(file("server.crt"), dropped.certificate);
    pass(2000);
    await store.close();
    expect(store.current.certificate).not.toBe(dropped.certificate);
    store.watch();
    writeFileSync(file("server.key"), dropped.key);
    pass(2000);
    await until(() => store.current.certificate === dropped.certificate);
    expect(store.current.key).toBe(dropped.key);
    expect(told).toEqual(["files"]);
    expect(logged).toEqual([]);
  });

  test("that stay broken are told once, and the old pair serves on", async () => {
    const store = await open();
    const before = store.current;
    store.watch();
    writeFileSync(file("server.crt"), "garbage");
    for (let round = 0; round < 12; round += 1) {
      pass(2000);
      await Promise.resolve();
      await store.close();
      store.watch();
    }
    expect(store.current).toEqual(before);
    expect(store.problem).toContain("There is no certificate");
    expect(logged).toEqual([store.problem ?? ""]);
  });

  test("that vanish change nothing", async () => {
    const store = await open();
    const before = store.current;
    store.watch();
    rmSync(file("server.crt"));
    rmSync(file("server.key"));
    pass(4000);
    await store.close();
    expect(store.current).toEqual(before);
    expect(store.problem).toBeUndefined();
  });
});

describe("the device's own certificate", () => {
  test("is issued again with the same key when the machine gets an address, and not when it loses one", async () => {
    const store = await open();
    const before = store.current;
    store.watch();
    names = namesOf("cam", []);
    pass(60_000);
    await store.close();
    expect(store.current).toEqual(before);
    store.watch();
    names = namesOf("cam", ["192.0.2.8"]);
    pass(60_000);
    await until(() => store.description.sans.includes("192.0.2.8"));
    expect(publicKey(store.current.key)).toBe(publicKey(before.key));
    expect(readFileSync(file("server.crt"), "utf8")).toBe(store.current.certificate);
    expect(store.current.certificate).not.toBe(before.certificate);
  });

  test("is issued again at a start near its end", async () => {
    const first = await open();
    time.clock.advanceMs(800 * DAY_MS);
    const later = await open();
    later.watch();
    await until(() => later.description.notAfterMs > first.description.notAfterMs);
    expect(publicKey(later.current.key)).toBe(publicKey(first.current.key));
  });

  test("somebody else's is left alone, even a self-signed one", async () => {
    const store = await open();
    const own = await makeCertificate({ name: "theirs", ...around(-1, 5) });
    await store.install(readPem(own.certificate + own.key, "certificate"));
    store.watch();
    pass(60_000);
    await store.close();
    expect(store.current.certificate).toBe(own.certificate);
  });
});

describe("installing", () => {
  test("stores, tells everybody before it resolves, and one that fails stops nobody", async () => {
    const store = await open();
    const told: string[] = [];
    store.onReplaced(() => Promise.reject(new Error("no port")));
    store.onReplaced(async ({ certificate }) => {
      await Promise.resolve();
      told.push(certificate);
    });
    const uploaded = await makeCertificate({ name: "uploaded", ...around(-1, 90) });
    await store.install(readPem(uploaded.certificate + uploaded.key, "certificate"));
    expect(told).toEqual([uploaded.certificate]);
    expect((await open()).current.certificate).toBe(uploaded.certificate);
    expect(logged).toEqual(["a part of the server keeps the old certificate"]);
  });

  test("without a key takes a certificate for the present one, and only that", async () => {
    const store = await open();
    const { certificate } = store.current;
    await store.install(readPem(certificate, "certificate"));
    const foreign = await makeCertificate({ name: "foreign", ...around(-1, 90) });
    const error = await store.install(readPem(foreign.certificate, "certificate")).catch((thrown: AppError) => thrown);
    expect(error).toMatchObject({ kind: "bad-request", detail: { key: "key" } });
    expect(store.current.certificate).toBe(certificate);
    expect(readFileSync(file("server.crt"), "utf8")).toBe(certificate);
  });

  test("nothing self-signed where hsts is on, from nowhere", async () => {
    const store = await open();
    const before = store.current;
    hsts = true;
    const own = await makeCertificate({ name: "own", ...around(-1, 90) });
    const refused = await store.install(readPem(own.certificate + own.key, "certificate")).catch((thrown) => thrown);
    expect(refused).toMatchObject({ kind: "conflict" });
    expect(await store.issueSelfSigned("ecdsa").catch((thrown) => thrown)).toMatchObject({ kind: "conflict" });
    store.watch();
    writeFileSync(file("server.crt"), own.certificate);
    writeFileSync(file("server.key"), own.key);
    pass(2000);
    await store.close();
    expect(store.current).toEqual(before);
    expect(logged).toHaveLength(1);
  });

  test("a new self-signed one has a new key", async () => {
    const store = await open();
    const before = store.current;
    await store.issueSelfSigned("rsa");
    expect(publicKey(store.current.key)).not.toBe(publicKey(before.key));
    expect(createPrivateKey(store.current.key).asymmetricKeyType).toBe("rsa");
  });
});
