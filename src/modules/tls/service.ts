import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { Actor, AuditLog } from "../../storage/audit-log.ts";
import type { CertificateDescription } from "../../storage/certificate-check.ts";
import type { CertificateNames } from "../../storage/certificate-issue.ts";
import { type PemParts, readPem } from "../../storage/certificate-pem.ts";
import { type CertificateStore, EXPIRING_DAYS } from "../../storage/certificate-store.ts";
import type { EventLog } from "../../storage/event-log.ts";
import type { Certificate } from "./model.ts";

/** A certificate as an owner sends it. */
export type CertificateUpload =
  | { readonly certificate: string; readonly key?: string | undefined }
  | { readonly pkcs12: string; readonly password: string };

/** The device's certificate as the API shows and changes it. */
export interface CertificateService {
  describe(): Certificate;
  /** Checks, stores and serves a certificate at once. Throws AppError `bad-request`, `conflict`, `too-large`; the old one stays then. */
  install(upload: CertificateUpload, actor: Actor): Promise<Certificate>;
  /** Serves a self-signed certificate with a new key. Throws AppError `conflict`. */
  issueSelfSigned(rsa: boolean, actor: Actor): Promise<Certificate>;
  /** A signing request for the present key, as PEM. */
  createSigningRequest(names: Partial<CertificateNames>): Promise<string>;
  /** Sentences for the owner. */
  warnings(): readonly string[];
  /** Audits and watches from now on; the returned function ends it. */
  watch(): () => void;
}

/** What the service is built over. */
export interface CertificateSources {
  /** May throw AppError `unavailable` while there is none. */
  readonly store: () => Pick<
    CertificateStore,
    "description" | "problem" | "install" | "issueSelfSigned" | "createSigningRequest" | "onReplaced"
  >;
  readonly audit: Pick<AuditLog, "record" | "latest">;
  readonly events: Pick<EventLog, "publish" | "list">;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

const DAY_MS = 86_400_000;
const CHECK_EVERY_MS = 3_600_000;
/** Whoever may write the data folder. */
const LOCAL: Actor = { user: undefined, address: "local" };

/** Shows, changes and watches the certificate. */
export function createCertificateService(sources: CertificateSources): CertificateService {
  const { store, audit, events, clock, scheduler, log } = sources;
  const describe = () => certificateOf(store().description, clock.wallMs());
  const isExpiring = () => describe().days_left < EXPIRING_DAYS;
  const record = (actor: Actor, way: string) => {
    const { fingerprint, not_after, self_signed, subject } = describe();
    audit.record(actor, "certificate-changed", subject, { way, fingerprint, not_after, self_signed });
  };

  function remindOfEnd(): void {
    if (!isExpiring()) return;
    const [last] = events.list({ kind: "certificate-expiring", limit: 1 });
    const agoMs = last === undefined ? DAY_MS : clock.wallMs() - last.timeMs;
    if (agoMs >= 0 && agoMs < DAY_MS) return; // a clock that was set back must not silence it
    const { subject, not_after, days_left } = describe();
    log.warn("the certificate ends soon; install its successor", { subject, notAfter: not_after });
    events.publish("certificate-expiring", { subject, not_after, days_left });
  }

  return {
    describe,
    async install(upload, actor) {
      await store().install(await partsOf(upload));
      record(actor, "upload");
      return describe();
    },
    async issueSelfSigned(rsa, actor) {
      await store().issueSelfSigned(rsa ? "rsa" : "ecdsa");
      record(actor, "self-signed");
      return describe();
    },
    createSigningRequest: (names) => store().createSigningRequest(names),
    warnings() {
      const { problem } = store();
      return [...(problem === undefined ? [] : [problem]), ...endWarning(describe())];
    },
    watch() {
      const stops = [
        scheduler.every(CHECK_EVERY_MS, remindOfEnd),
        store().onReplaced((_, origin) => {
          if (origin !== "call") record(LOCAL, origin);
          remindOfEnd();
        }),
      ];
      // made at the first start, or changed while nothing ran
      const known = audit.latest("certificate-changed");
      if (known?.detail.fingerprint !== store().description.fingerprint) record(LOCAL, known ? "files" : "first-start");
      remindOfEnd();
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** Throws AppError `bad-request`, `too-large` naming the part that cannot be read. */
async function partsOf(upload: CertificateUpload): Promise<PemParts> {
  if ("pkcs12" in upload) {
    // loaded when it is needed: no start waits for it
    const { readPkcs12 } = await import("../../storage/certificate-pkcs12.ts");
    return readPkcs12(Buffer.from(upload.pkcs12, "base64"), upload.password);
  }
  const { certificates, key } = readPem(upload.certificate, "certificate");
  return { certificates, key: upload.key === undefined ? key : readKeyText(upload.key) };
}

/** A text without a block must not be taken for no key at all. */
function readKeyText(text: string): string {
  return readPem(text, "key").key ?? text;
}

function certificateOf(description: CertificateDescription, nowMs: number): Certificate {
  const { subject, issuer, sans, notBeforeMs, notAfterMs, fingerprint, selfSigned } = description;
  return {
    subject,
    issuer,
    sans: [...sans],
    not_before: new Date(notBeforeMs).toISOString(),
    not_after: new Date(notAfterMs).toISOString(),
    days_left: Math.floor((notAfterMs - nowMs) / DAY_MS),
    fingerprint,
    self_signed: selfSigned,
  };
}

function endWarning({ days_left: days, not_after: end, subject }: Certificate): readonly string[] {
  if (days >= EXPIRING_DAYS) return [];
  const date = end.slice(0, 10);
  const when = days < 0 ? `ended on ${date}` : `ends on ${date}, in ${days === 1 ? "one day" : `${days} days`}`;
  return [`The certificate of ${subject} ${when}; install its successor (PUT /api/certificate)`];
}
