import { readFileSync } from "node:fs";
import type { ServerConfig } from "../config/server-config.ts";
import { type ServerTls, serverTls } from "../config/server-tls.ts";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { systemScheduler } from "../core/scheduler.ts";
import { type CertificateService, createCertificateService } from "../modules/tls/service.ts";
import { areCertificates } from "../storage/certificate-check.ts";
import { machineNames } from "../storage/certificate-names.ts";
import { readPem } from "../storage/certificate-pem.ts";
import { CertificateStore } from "../storage/certificate-store.ts";
import { buildDateMs } from "./build-date.ts";
import type { Foundation } from "./foundation.ts";

/** The certificate and those who serve with it. Making the first one takes a while, which plain HTTP and RTSP do not wait for. */
export interface Tls {
  /** Throws AppError `unavailable` until there is a certificate. */
  readonly certificates: CertificateService;
  /** Sentences for the owner. */
  warnings(): readonly string[];
  /** Host names of the certificate in force, for `Host` headers. */
  hostNames(): readonly string[];
  /** Whether browsers may be told to insist on TLS: `server.hsts` may be switched on while a self-signed certificate serves. */
  mayInsist(): boolean;
  /** Reads the certificate of the data folder or makes the first one, and keeps it valid. Throws AppError `configuration` for `hsts`. */
  open(): Promise<void>;
  /** What a listener is to be opened with now. */
  current(): ServerTls;
  /** Tells a listener of each later certificate. */
  follow(listener: { replaceTls(tls: ServerTls): Promise<void> }): void;
  close(): Promise<void>;
}

/** Prepares it. Throws AppError `configuration` for `client_ca`. */
export function createTls(foundation: Foundation): Tls {
  const { config, clock, audit, events } = foundation;
  const clientCa = readClientCa(config.server.clientCa);
  let opened: CertificateStore | undefined;
  const store = () => {
    if (opened === undefined) throw new AppError("unavailable", "The first certificate is still being made");
    return opened;
  };
  const log = foundation.log.child("tls");
  const certificates = createCertificateService({ store, audit, events, clock, scheduler: systemScheduler, log });
  let unwatch = () => {};
  return {
    certificates,
    warnings: () => (opened === undefined ? [] : certificates.warnings()),
    hostNames: () => opened?.description.sans.filter((name) => !name.startsWith("*.")) ?? [],
    mayInsist: () => opened?.description.selfSigned === false,
    async open() {
      opened = await openStore(foundation, log);
      refuseHsts(config, opened);
      opened.watch();
      unwatch = certificates.watch();
    },
    current: () => serverTls(store().current, clientCa),
    follow: (listener) => void store().onReplaced((identity) => listener.replaceTls(serverTls(identity, clientCa))),
    close: async () => {
      unwatch();
      await opened?.close();
    },
  };
}

function openStore({ config, clock, crypto }: Foundation, log: Log): Promise<CertificateStore> {
  return CertificateStore.open({
    dataFolder: config.dataFolder,
    clock,
    scheduler: systemScheduler,
    log,
    randomBytes: (length) => crypto.randomBytes(length),
    names: machineNames,
    buildMs: buildDateMs(),
    refusesSelfSigned: () => config.server.hsts,
  });
}

function readClientCa(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const refuse = (reason: string) => new AppError("configuration", `server.client_ca: ${path} ${reason}`);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw refuse("cannot be read");
  }
  if (!areCertificates(pemCertificates(text))) throw refuse("holds no PEM certificates of authorities");
  return text;
}

function pemCertificates(text: string): readonly string[] {
  try {
    return readPem(text, "certificate").certificates;
  } catch {
    return [];
  }
}

function refuseHsts({ server }: ServerConfig, { description }: CertificateStore): void {
  if (!server.hsts || !description.selfSigned) return;
  throw new AppError(
    "configuration",
    "server.hsts: browsers would be locked out by the self-signed certificate; first install one of an authority (rotordream cert install CERT KEY)",
  );
}
