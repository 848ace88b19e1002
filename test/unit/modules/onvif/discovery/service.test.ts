import { expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { createLog } from "../../../../../src/core/log.ts";
import { Discoverability } from "../../../../../src/modules/onvif/discovery/discoverability.ts";
import { startDiscovery } from "../../../../../src/modules/onvif/discovery/service.ts";
import { AuditLog } from "../../../../../src/storage/audit-log.ts";
import { createCrypto } from "../../../../../src/storage/crypto.ts";
import { OnvifStore } from "../../../../../src/storage/onvif-store.ts";
import { question } from "../../../../support/discovery-peer.ts";
import { createManualTime } from "../../../../support/manual-scheduler.ts";
import { memoryDatabase } from "../../../../support/memory-database.ts";
import { ACTOR } from "../../../../support/stores.ts";
import { until } from "../../../../support/until.ts";

const HERE = "127.0.0.1";

/** Over real sockets on loopback, with time that stands still. */
async function start() {
  const { clock, scheduler, advanceMs } = createManualTime();
  const database = memoryDatabase();
  const store = new OnvifStore(database, new AuditLog(database, clock));
  const device = new Discoverability(store, { fixed: ["a:fixed"], defaults: [] });
  const counts = { looks: 0, messages: 0 };
  const running = await startDiscovery({
    clock,
    scheduler,
    store,
    device,
    crypto: createCrypto(),
    log: createLog({ level: "error", write: () => {} }, "test"),
    links: () => {
      counts.looks += 1;
      return [{ name: "lo", addresses: [{ address: HERE, family: 4, prefix: 8 }] }];
    },
    xAddr: (address) => {
      counts.messages += 1;
      return `http://${address}/`;
    },
  });
  return { running, device, counts, advanceMs };
}

test("questions do not have the interfaces looked at; that is done every three seconds", async () => {
  const { running, device, counts, advanceMs } = await start();
  const client = createSocket("udp4");
  const answers: string[] = [];
  client.on("message", (bytes) => answers.push(bytes.toString()));
  const { promise, resolve } = Promise.withResolvers<void>();
  client.bind(0, HERE, resolve);
  await promise;
  client.setMulticastInterface(HERE);
  for (let time = 0; time < 5; time += 1) client.send(question("Probe"), 3702, "239.255.255.250");
  await until(() => {
    advanceMs(1);
    return answers.some((text) => text.includes(device.endpoint));
  });
  client.close();
  expect(counts.looks).toBe(1);
  advanceMs(3000);
  expect(counts.looks).toBe(2);
  await running.stop();
});

test("whatever is set while it stops, nothing is said after Bye", async () => {
  const { running, device, counts, advanceMs } = await start();
  advanceMs(501);
  const stopped = running.stop();
  const { messages } = counts;
  expect(messages).toBeGreaterThan(0);
  device.scopes.replace(ACTOR, ["a:new"]);
  device.setDiscoverable(ACTOR, false);
  device.setDiscoverable(ACTOR, true);
  await stopped;
  device.scopes.replace(ACTOR, ["a:newer"]);
  advanceMs(4000);
  expect(counts.messages).toBe(messages);
});
