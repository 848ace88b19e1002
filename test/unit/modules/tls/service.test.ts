import { expect, test } from "bun:test";
import { createLog } from "../../../../src/core/log.ts";
import { createCertificateService } from "../../../../src/modules/tls/service.ts";
import type { AuditAction } from "../../../../src/storage/audit-actions.ts";
import type { Actor, AuditEntry } from "../../../../src/storage/audit-log.ts";
import type { CertificateDescription } from "../../../../src/storage/certificate-check.ts";
import type { CertificateListener } from "../../../../src/storage/certificate-store.ts";
import type { DeviceEvent, EventKind } from "../../../../src/storage/event-log.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function setUp(daysLeft: number, known?: string) {
  const time = createManualTime();
  const description: CertificateDescription = {
    subject: "CN=cam",
    issuer: "CN=authority",
    sans: ["cam"],
    notBeforeMs: time.clock.wallMs() - DAY_MS,
    notAfterMs: time.clock.wallMs() + daysLeft * DAY_MS,
    fingerprint: "AA:BB",
    selfSigned: false,
  };
  const store = { description, problem: undefined as string | undefined };
  const listeners: CertificateListener[] = [];
  const audited: { readonly actor: Actor; readonly detail: AuditEntry["detail"] }[] = [];
  const events: DeviceEvent[] = [];
  const service = createCertificateService({
    store: () => ({
      ...store,
      install: async () => {},
      issueSelfSigned: async () => {},
      createSigningRequest: async () => "",
      onReplaced(listener) {
        listeners.push(listener);
        return () => {};
      },
    }),
    audit: {
      record: (actor: Actor, _: AuditAction, __: string, detail: AuditEntry["detail"] = {}) =>
        void audited.push({ actor, detail }),
      latest: () => (known === undefined ? undefined : ({ detail: { fingerprint: known } } as unknown as AuditEntry)),
    },
    events: {
      publish(kind: EventKind, data: DeviceEvent["data"]) {
        const event = { id: events.length, kind, timeMs: time.clock.wallMs(), data };
        events.unshift(event);
        return event;
      },
      list: () => events,
    },
    ...time,
    log: createLog({ level: "error", write: () => {} }, "tls"),
  });
  return { service, store, listeners, audited, events, ...time };
}

test("reminds once a day below 30 days, over restarts too", () => {
  const { service, events, clock, advanceMs } = setUp(29.5);
  let unwatch = service.watch();
  advanceMs(HOUR_MS);
  unwatch();
  unwatch = service.watch();
  expect(events.map(({ kind, data }) => [kind, data.days_left])).toEqual([["certificate-expiring", 29]]);
  clock.advanceMs(23 * HOUR_MS);
  advanceMs(HOUR_MS);
  expect(events).toHaveLength(2);
  unwatch();
});

test("says nothing from 30 days on", () => {
  const { service, events } = setUp(30.5);
  service.watch();
  expect(events).toEqual([]);
  expect(service.warnings()).toEqual([]);
});

test.each([
  [29.5, "ends on 2024-01-30, in 29 days"],
  [1.5, "ends on 2024-01-02, in one day"],
  [-1.5, "ended on 2023-12-30"],
])("with %d days left the warning says %s", (days, words) => {
  expect(setUp(days).service.warnings()).toEqual([
    `The certificate of CN=cam ${words}; install its successor (PUT /api/certificate)`,
  ]);
});

test("a broken pair is a warning", () => {
  const { service, store } = setUp(100);
  store.problem = "The certificate in the data folder cannot be used";
  expect(service.warnings()).toEqual([store.problem]);
});

test.each([
  [undefined, "first-start"],
  ["CC:DD", "files"],
])("a certificate that the audit log knows as %p is a line at the start", (known, way) => {
  const { service, audited } = setUp(100, known);
  service.watch();
  expect(audited).toMatchObject([
    { actor: { user: undefined, address: "local" }, detail: { way, fingerprint: "AA:BB" } },
  ]);
});

test("one that is known is none, and each replacement that nobody asked for is one", () => {
  const { service, audited, listeners } = setUp(100, "AA:BB");
  service.watch();
  expect(audited).toEqual([]);
  for (const origin of ["call", "files", "renewal"] as const)
    for (const listener of listeners) void listener({ certificate: "", key: "" }, origin);
  expect(audited.map(({ detail }) => detail.way)).toEqual(["files", "renewal"]);
});
