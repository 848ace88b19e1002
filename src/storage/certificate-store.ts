import type { Clock } from "../core/clock.ts";
import { AppError, defectText } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { type CertificateDescription, checkIdentity, describeCertificate } from "./certificate-check.ts";
import { CertificateFiles } from "./certificate-files.ts";
import {
  type CertificateNames,
  createKey,
  createSigningRequest,
  ISSUED_HERE,
  issueSelfSigned,
} from "./certificate-issue.ts";
import { type PemParts, readPem, type TlsIdentity } from "./certificate-pem.ts";

/** What a certificate store is built over. */
export interface CertificateStoreOptions {
  /** Exists and is writable. */
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The names and addresses of this machine now. */
  readonly names: () => CertificateNames;
  /** When this program was built, Unix milliseconds. */
  readonly buildMs: number;
  /** True while browsers are told to insist on TLS: a self-signed certificate would then lock them out. */
  readonly refusesSelfSigned: () => boolean;
}

/** Told of each certificate that replaces another; resolves when new connections get it. */
export type CertificateListener = (identity: TlsIdentity, origin: CertificateOrigin) => Promise<void> | void;
/** Who replaced it: a call, the files in the data folder, or the device itself. */
export type CertificateOrigin = "call" | "files" | "renewal";

const DAY_MS = 86_400_000;
/** Below this a certificate is nearing its end. */
export const EXPIRING_DAYS = 30;
const LOOK_EVERY_MS = 2000;
const RENEW_CHECK_EVERY_MS = 60_000;
/** Files copied by hand come one after the other; what is still broken then is a mistake. */
const SETTLE_MS = 10_000;

/** The device's certificate and key: made at the first start, kept in the data folder, replaced while running, renewed where the device issued it. */
export class CertificateStore {
  readonly #options: CertificateStoreOptions;
  readonly #files: CertificateFiles;
  readonly #listeners = new Set<CertificateListener>();
  readonly #stops: (() => void)[] = [];
  #current: TlsIdentity;
  #description: CertificateDescription;
  /** False while the files are broken and a certificate in memory stands in. */
  #isStored: boolean;
  #problem: string | undefined;
  #stamp: string;
  #brokenSinceMs: number | undefined;
  /** Changes happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #housekeeping = new Set<"look" | "renew">();

  private constructor(
    options: CertificateStoreOptions,
    files: CertificateFiles,
    identity: TlsIdentity,
    problem: string | undefined,
  ) {
    this.#options = options;
    this.#files = files;
    this.#current = identity;
    this.#description = describeCertificate(identity.certificate);
    this.#isStored = problem === undefined;
    this.#problem = problem;
    this.#stamp = files.stamp();
  }

  /** Reads the certificate of the data folder, or makes one. A broken pair is told and left alone. Throws system errors of the folder. */
  static async open(options: CertificateStoreOptions): Promise<CertificateStore> {
    const files = new CertificateFiles(options.dataFolder);
    const stored = files.read(true);
    files.clean();
    if (stored.state === "good") return new CertificateStore(options, files, stored.identity, undefined);
    const identity = await issue(options, await createKey("ecdsa"));
    if (stored.state === "absent") {
      files.write(identity);
      options.log.info("made a self-signed certificate", {
        fingerprint: describeCertificate(identity.certificate).fingerprint,
      });
      return new CertificateStore(options, files, identity, undefined);
    }
    const problem = `The certificate in the data folder cannot be used, so a self-signed one serves instead: ${stored.problem}`;
    options.log.error(problem);
    return new CertificateStore(options, files, identity, problem);
  }

  /** What TLS connections are to be served with. */
  get current(): TlsIdentity {
    return this.#current;
  }

  get description(): CertificateDescription {
    return this.#description;
  }

  /** A sentence for the owner while the files are broken. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Watches the files and the machine's names from now on; `close` ends it. */
  watch(): void {
    const { scheduler } = this.#options;
    this.#stops.push(
      scheduler.every(LOOK_EVERY_MS, () => this.#run("look", () => this.#lookAtFiles())),
      scheduler.every(RENEW_CHECK_EVERY_MS, () => this.#run("renew", () => this.#renew())),
    );
    this.#run("renew", () => this.#renew());
  }

  /** Calls `listener` at each replacement; returns how to stop that. */
  onReplaced(listener: CertificateListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Checks and installs a chain with its key, or with the present key where none is given. Throws AppError `bad-request`, `conflict`; nothing changes then. */
  install({ certificates, key }: PemParts): Promise<void> {
    return this.#exclusively(async () => {
      const identity = checkIdentity(
        { certificates, key: key ?? readPem(this.#current.key, "key").key },
        this.#options.clock.wallMs(),
      );
      this.#refuseSelfSigned(describeCertificate(identity.certificate));
      await this.#replace(identity, "call");
    });
  }

  /** Installs a self-signed certificate with a new key. Throws AppError `conflict`. */
  issueSelfSigned(kind: "ecdsa" | "rsa"): Promise<void> {
    return this.#exclusively(async () => {
      const identity = await issue(this.#options, await createKey(kind));
      this.#refuseSelfSigned(describeCertificate(identity.certificate));
      await this.#replace(identity, "call");
    });
  }

  /** A signing request (PEM) for the present key; what is not given is this machine's. */
  createSigningRequest(names: Partial<CertificateNames>): Promise<string> {
    return createSigningRequest(this.#current.key, { ...this.#options.names(), ...names });
  }

  /** Stops watching; resolves when no change is under way. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#last.catch(() => {});
  }

  async #lookAtFiles(): Promise<void> {
    const stamp = this.#files.stamp();
    if (stamp === this.#stamp && this.#brokenSinceMs === undefined) return;
    const stored = this.#files.read(false);
    if (stored.state === "broken") return this.#noteBroken(stored.problem, stamp);
    this.#stamp = stamp;
    this.#brokenSinceMs = undefined;
    if (stored.state === "absent") return;
    this.#problem = undefined;
    this.#isStored = true;
    const { identity } = stored;
    if (identity.certificate === this.#current.certificate && identity.key === this.#current.key) return;
    if (this.#options.refusesSelfSigned() && describeCertificate(identity.certificate).selfSigned) {
      this.#options.log.warn(
        "the certificate in the data folder is self-signed, which server.hsts forbids; it is not used",
      );
      return;
    }
    await this.#adopt(identity, "files");
  }

  #noteBroken(problem: string, stamp: string): void {
    const nowMs = this.#options.clock.monotonicUs() / 1000;
    if (stamp !== this.#stamp || this.#brokenSinceMs === undefined) {
      this.#stamp = stamp;
      this.#brokenSinceMs = nowMs;
      return;
    }
    if (nowMs - this.#brokenSinceMs < SETTLE_MS) return;
    this.#brokenSinceMs = undefined;
    this.#problem = `The certificate in the data folder cannot be used, so the one before serves on: ${problem}`;
    this.#options.log.error(this.#problem);
  }

  /** Issues again, with the same key, what the device issued itself: when it lacks a name of the machine, or ends soon. */
  async #renew(): Promise<void> {
    const { names, clock, log } = this.#options;
    const { selfSigned, sans, notAfterMs, subject } = this.#description;
    if (!selfSigned || !subject.split(", ").includes(`O=${ISSUED_HERE}`)) return;
    const lacks = names().sans.filter((name) => !sans.includes(name));
    const endsSoon = notAfterMs - clock.wallMs() < EXPIRING_DAYS * DAY_MS;
    if (lacks.length === 0 && !endsSoon) return;
    const identity = await issue(this.#options, this.#current.key);
    if (lacks.length > 0 && lacks.some((name) => !describeCertificate(identity.certificate).sans.includes(name))) {
      if (!endsSoon) return; // more addresses than a certificate of ours holds
    }
    log.info("the self-signed certificate is issued again", { lacks: lacks.join(" "), endsSoon });
    if (this.#isStored) await this.#replace(identity, "renewal");
    else await this.#adopt(identity, "renewal");
  }

  #refuseSelfSigned({ selfSigned }: CertificateDescription): void {
    if (!selfSigned || !this.#options.refusesSelfSigned()) return;
    throw new AppError("conflict", "server.hsts is on, and browsers would be locked out by a self-signed certificate", {
      key: "certificate",
    });
  }

  async #replace(identity: TlsIdentity, origin: CertificateOrigin): Promise<void> {
    this.#files.write(identity);
    this.#stamp = this.#files.stamp();
    this.#brokenSinceMs = undefined;
    this.#isStored = true;
    this.#problem = undefined;
    await this.#adopt(identity, origin);
  }

  async #adopt(identity: TlsIdentity, origin: CertificateOrigin): Promise<void> {
    const { log } = this.#options;
    this.#current = identity;
    this.#description = describeCertificate(identity.certificate);
    const { subject, fingerprint } = this.#description;
    log.info("another certificate serves from now on", { subject, fingerprint, origin });
    for (const listener of this.#listeners) {
      try {
        await listener(identity, origin);
      } catch (error) {
        log.error("a part of the server keeps the old certificate", { error: defectText(error) });
      }
    }
  }

  /** Housekeeping that is still under way is not begun again. */
  #run(name: "look" | "renew", task: () => Promise<void>): void {
    if (this.#housekeeping.has(name)) return;
    this.#housekeeping.add(name);
    void this.#exclusively(task)
      .catch((error: unknown) => {
        this.#options.log.error("the certificate could not be looked after", { error: defectText(error) });
      })
      .finally(() => {
        this.#housekeeping.delete(name);
      });
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.catch(() => {}).then(task);
    this.#last = run;
    return run;
  }
}

function issue(options: CertificateStoreOptions, key: string): Promise<TlsIdentity> {
  const { names, clock, buildMs, randomBytes } = options;
  return issueSelfSigned({ key, names: names(), nowMs: clock.wallMs(), buildMs, randomBytes });
}
