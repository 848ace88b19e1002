import { readFileSync, statSync } from "node:fs";
import type { ServerConfig } from "../config/server-config.ts";
import { AppError } from "../core/errors.ts";
import { type CertificateDescription, checkIdentity, describeCertificate } from "../storage/certificate-check.ts";
import { CertificateFiles } from "../storage/certificate-files.ts";
import { createKey, issueSelfSigned } from "../storage/certificate-issue.ts";
import { machineNames } from "../storage/certificate-names.ts";
import { MAX_CERTIFICATE_BYTES, readPem, type TlsIdentity } from "../storage/certificate-pem.ts";
import { becomeOwner } from "./accounts.ts";
import type { CertificateOrder } from "./certificate-commands.ts";
import { StorageError } from "./exit-code.ts";
import { makeDataFolder } from "./serve.ts";

/** What managing certificates needs of the process. */
export interface CertificateHost {
  /** One line for whoever reads the output. */
  readonly print: (line: string) => void;
  /** One line that is not part of the output. */
  readonly note: (line: string) => void;
  readonly nowMs: number;
  /** When this program was built, Unix milliseconds. */
  readonly buildMs: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

const DAY_MS = 86_400_000;

/** Does what `rotordream cert` asks for, on the files of the data folder; a running server picks them up within seconds. Throws AppError and StorageError. */
export async function manageCertificates(
  order: CertificateOrder,
  config: ServerConfig,
  host: CertificateHost,
): Promise<void> {
  const { dataFolder, temporaryDataFolder } = config;
  if (temporaryDataFolder)
    throw new AppError("configuration", "a demo without --data-dir keeps nothing; name the folder that is meant");
  const files = new CertificateFiles(dataFolder);
  if (order.order === "show") return show(files, dataFolder, host);
  // read as whoever calls, before becoming the owner of the folder
  const identity =
    order.order === "install"
      ? chosenIdentity(order, files, host)
      : await ownIdentity(order.rsa ? "rsa" : "ecdsa", host);
  const description = describeCertificate(identity.certificate);
  if (config.server.hsts && description.selfSigned)
    throw new AppError(
      "configuration",
      "server.hsts is on, and browsers would be locked out by a self-signed certificate",
    );
  makeDataFolder(dataFolder);
  becomeOwner(dataFolder);
  files.write(identity);
  host.note("Installed. A running server uses it within seconds.");
  describe(description, host);
}

function show(files: CertificateFiles, dataFolder: string, host: CertificateHost): void {
  const stored = files.read(false);
  if (stored.state === "absent")
    throw new StorageError(`there is no certificate in ${dataFolder} yet; the first start makes one`);
  if (stored.state === "broken")
    throw new StorageError(`the certificate in ${dataFolder} cannot be used: ${stored.problem}`);
  describe(describeCertificate(stored.identity.certificate), host);
}

async function ownIdentity(kind: "ecdsa" | "rsa", host: CertificateHost): Promise<TlsIdentity> {
  const { nowMs, buildMs, randomBytes } = host;
  return issueSelfSigned({ key: await createKey(kind), names: machineNames(), nowMs, buildMs, randomBytes });
}

function chosenIdentity(
  { certificate, key }: Extract<CertificateOrder, { order: "install" }>,
  files: CertificateFiles,
  { nowMs }: CertificateHost,
): TlsIdentity {
  const given = readPem(readText(certificate), "certificate");
  const own = key === undefined ? given.key : readPem(readText(key), "key").key;
  if (key !== undefined && own === undefined)
    throw new AppError("configuration", `there is no private key in ${key}; it must be a PEM file`);
  return checkIdentity({ certificates: given.certificates, key: own ?? presentKey(files) }, nowMs);
}

function presentKey(files: CertificateFiles): string | undefined {
  const stored = files.read(false);
  return stored.state === "good" ? readPem(stored.identity.key, "key").key : undefined;
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAX_CERTIFICATE_BYTES)
      throw new AppError("configuration", `${path} is larger than ${MAX_CERTIFICATE_BYTES} bytes`);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new StorageError(`${path} cannot be read; is it there, and may this user read it?`);
  }
}

function describe(description: CertificateDescription, { print, nowMs }: CertificateHost): void {
  const { subject, issuer, sans, notBeforeMs, notAfterMs, fingerprint, selfSigned } = description;
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const days = Math.floor((notAfterMs - nowMs) / DAY_MS);
  print(`subject      ${subject}`);
  print(`issuer       ${selfSigned ? "itself (self-signed)" : issuer}`);
  print(`names        ${sans.join(" ")}`);
  print(`valid        ${day(notBeforeMs)} to ${day(notAfterMs)} (${days < 0 ? "ended" : `${days} days left`})`);
  print(`fingerprint  ${fingerprint}`);
}
