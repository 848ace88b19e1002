import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { serverTls } from "../../src/config/server-tls.ts";
import { createLog } from "../../src/core/log.ts";
import { systemScheduler } from "../../src/core/scheduler.ts";
import { createHttpApp } from "../../src/http/app.ts";
import { type HttpsListener, listenHttps } from "../../src/http/listen.ts";
import type { TransportRules } from "../../src/http/transport.ts";
import { certificateRoutes } from "../../src/modules/tls/index.ts";
import { type CertificateService, createCertificateService } from "../../src/modules/tls/service.ts";
import { namesOf } from "../../src/storage/certificate-names.ts";
import { CertificateStore } from "../../src/storage/certificate-store.ts";
import type { DeviceEvent, EventKind } from "../../src/storage/event-log.ts";
import { type HttpFront, type HttpFrontOptions, startHttpFront } from "./http-front.ts";

/** The HTTP front of the tests with HTTPS beside it, over a certificate store of its own. */
export interface TlsFront {
  readonly plain: HttpFront;
  readonly secure: HttpsListener;
  /** `https://127.0.0.1:port`. */
  readonly url: string;
  readonly store: CertificateStore;
  readonly certificates: CertificateService;
  /** A folder of the test; `server.crt` in it is what clients may trust. */
  readonly folder: string;
  /** Events published so far, newest first. */
  readonly events: readonly DeviceEvent[];
  stop(): Promise<void>;
}

export interface TlsFrontOptions extends HttpFrontOptions {
  readonly clientCa?: string;
  readonly transport?: Partial<TransportRules>;
}

/** Starts it. */
export async function startTlsFront(options: TlsFrontOptions = {}): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  const clock = { wallMs: () => Date.now(), monotonicUs: () => performance.now() * 1000 };
  const log = createLog({ level: "error", write: () => {} }, "tls");
  const store = await CertificateStore.open({
    dataFolder: folder,
    clock,
    scheduler: systemScheduler,
    log,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    names: () => namesOf("cam", []),
    buildMs: Date.now() - 86_400_000,
    refusesSelfSigned: () => options.transport?.hsts === true,
  });
  const events: DeviceEvent[] = [];
  const publish = (kind: EventKind, data: DeviceEvent["data"]) => {
    const event = { id: events.length, kind, timeMs: clock.wallMs(), data };
    events.unshift(event);
    return event;
  };
  const audit = {
    record: (...entry: Parameters<typeof plain.identity.audit.record>) => plain.identity.audit.record(...entry),
    latest: (...action: Parameters<typeof plain.identity.audit.latest>) => plain.identity.audit.latest(...action),
  };
  const certificates = createCertificateService({
    store: () => store,
    audit,
    events: { publish, list: () => events },
    clock,
    scheduler: systemScheduler,
    log,
  });
  const plain: HttpFront = await startHttpFront({
    ...options,
    routes: [...certificateRoutes(certificates), ...(options.routes ?? [])],
    transport: { httpsPort: 8443, ...options.transport },
  });
  const unwatch = certificates.watch();
  const secure = await listenHttps({
    addresses: options.addresses ?? ["127.0.0.1"],
    port: 0,
    tls: serverTls(store.current, options.clientCa),
    app: createHttpApp(plain.services),
  });
  store.onReplaced((identity) => secure.replaceTls(serverTls(identity, options.clientCa)));
  return {
    plain,
    secure,
    url: `https://127.0.0.1:${secure.port}`,
    store,
    certificates,
    folder,
    events,
    async stop() {
      unwatch();
      await store.close();
      await Promise.all([plain.listener.stop(), secure.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A front for one test. */
export async function withTlsFront(options: TlsFrontOptions, body: (front: TlsFront) => Promise<void>): Promise<void> {
  const front = await startTlsFront(options);
  await body(front).finally(() => front.stop());
}

/** The fingerprint of the certificate that a new connection gets. Rejects when the port refuses or resets. */
export function knock(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      resolve(fingerprint256);
    });
    socket.on("error", reject);
  });
}
