import { expect, spyOn, test } from "bun:test";
import { Discoverability } from "../../../../../src/modules/onvif/discovery/discoverability.ts";
import type { Link } from "../../../../../src/modules/onvif/discovery/links.ts";
import { type Asker, DiscoveryResponder } from "../../../../../src/modules/onvif/discovery/responder.ts";
import { AuditLog } from "../../../../../src/storage/audit-log.ts";
import { createCrypto } from "../../../../../src/storage/crypto.ts";
import { OnvifStore } from "../../../../../src/storage/onvif-store.ts";
import { question } from "../../../../support/discovery-peer.ts";
import { createManualTime } from "../../../../support/manual-scheduler.ts";
import { memoryDatabase } from "../../../../support/memory-database.ts";
import { ACTOR } from "../../../../support/stores.ts";

const PEER: Asker = { address: "192.0.2.9", port: 50_000 };

function createResponder() {
  const { clock, scheduler, advanceMs } = createManualTime();
  const database = memoryDatabase();
  const store = new OnvifStore(database, new AuditLog(database, clock));
  const device = new Discoverability(store, { fixed: ["a:fixed"], defaults: ["a:default"] });
  let links: readonly Link[] = [{ name: "eth0", addresses: [{ address: "192.0.2.1", family: 4, prefix: 24 }] }];
  const sent: { readonly text: string; readonly to: Asker }[] = [];
  const responder = new DiscoveryResponder({
    clock,
    crypto: createCrypto(),
    scheduler,
    store,
    device,
    links: () => links,
    xAddr: (address) => `http://${address}/`,
    send: (text, to) => void sent.push({ text, to }),
  });
  const receive = (text: string, from = PEER) => responder.receive(new TextEncoder().encode(text), from);
  /** The answers to what was received, once all delays are over. */
  const answers = () => {
    advanceMs(501);
    return sent.splice(0);
  };
  return {
    receive,
    answers,
    sent,
    advanceMs,
    device,
    store,
    responder,
    setLinks: (next: readonly Link[]) => {
      links = next;
    },
  };
}

test("an answer goes to the asker, within half a second and not at once", () => {
  const { receive, answers, sent } = createResponder();
  receive(question("Probe", "", "urn:q:1"));
  expect(sent).toEqual([]);
  const [answer] = answers();
  expect(answer?.to).toEqual(PEER);
  expect(answer?.text).toContain("<wsa:RelatesTo>urn:q:1</wsa:RelatesTo>");
  expect(answer?.text).toContain("<d:XAddrs>http://192.0.2.1/</d:XAddrs>");
});

test("a message is answered once, and its memory is bounded", () => {
  const { receive, answers, advanceMs } = createResponder();
  const same = question("Probe", "", "urn:q:1");
  for (let time = 0; time < 3; time += 1) receive(same);
  expect(answers()).toHaveLength(1);
  for (let other = 0; other < 600; other += 1) {
    advanceMs(50);
    receive(question("Resolve", "", `urn:other:${other}`));
  }
  receive(same);
  expect(answers()).toHaveLength(1);
});

test("foreigners, ourselves and impossible ports get nothing", () => {
  const { receive, answers } = createResponder();
  receive(question("Probe"), { address: "198.51.100.1", port: 50_000 });
  receive(question("Probe"), { address: "192.0.2.1", port: 3702 });
  receive(question("Probe"), { address: "192.0.2.9", port: 0 });
  expect(answers()).toEqual([]);
  receive(question("Probe"), { address: "192.0.2.1", port: 40_000 });
  expect(answers()).toHaveLength(1);
});

test("one address gets ten answers at once and two a second after, all together fifty", () => {
  const { receive, answers, advanceMs } = createResponder();
  const flood = (count: number, from: Asker) => {
    for (let time = 0; time < count; time += 1) receive(question("Probe"), from);
    return answers().length;
  };
  expect(flood(30, PEER)).toBe(10);
  advanceMs(2500 - 501);
  expect(flood(30, PEER)).toBe(5);
  advanceMs(60_000);
  let all = 0;
  for (let host = 10; host < 110; host += 1)
    for (let time = 0; time < 2; time += 1) receive(question("Probe"), { address: `192.0.2.${host}`, port: 5 });
  all = answers().length;
  expect(all).toBe(50);
});

test("of one address forty datagrams are read at once and twenty a second after, whatever is in them", () => {
  const { receive, answers, advanceMs } = createResponder();
  const noise = (count: number, from: Asker) => {
    for (let time = 0; time < count; time += 1) receive("<no><question/></no>", from);
  };
  noise(39, PEER);
  receive(question("Probe"));
  receive(question("Probe"));
  expect(answers()).toHaveLength(1);
  noise(100, PEER);
  receive(question("Probe"), { address: "192.0.2.8", port: 5 });
  expect(answers().map(({ to }) => to.address)).toEqual(["192.0.2.8"]);
  receive(question("Probe"));
  expect(answers()).toHaveLength(1);
  // strangers cost the others nothing, all together of ours do
  advanceMs(60_000);
  noise(1000, { address: "198.51.100.1", port: 5 });
  for (let host = 10; host < 110; host += 1) noise(2, { address: `192.0.2.${host}`, port: 5 });
  receive(question("Probe"));
  expect(answers()).toEqual([]);
});

test("a question does not have the database read, and what is set counts at once and is kept", () => {
  const { receive, answers, device, store } = createResponder();
  const scopes = (text: string) => `<d:Scopes>${text}</d:Scopes>`;
  device.scopes.replace(ACTOR, ["a:set"]);
  using load = spyOn(store, "load");
  receive(question("Probe", scopes("a:fixed a:set")));
  receive(question("Probe", scopes("a:default")));
  receive("noise");
  expect(answers()).toHaveLength(1);
  expect(load).not.toHaveBeenCalled();
  device.setDiscoverable(ACTOR, false);
  const again = new Discoverability(store, { fixed: [], defaults: ["a:default"] });
  expect([again.isDiscoverable, again.scopes.all]).toEqual([false, ["a:set"]]);
});

test("after the end nothing more is answered", () => {
  const { receive, answers, responder } = createResponder();
  receive(question("Probe"));
  responder.stop();
  receive(question("Probe"));
  expect(answers()).toEqual([]);
});

test("what is not to be discovered is silent, also about a question that came before", () => {
  const { receive, answers, device } = createResponder();
  receive(question("Probe"));
  device.setDiscoverable(ACTOR, false);
  receive(question("Probe"));
  expect(answers()).toEqual([]);
  device.setDiscoverable(ACTOR, true);
  receive(question("Probe"));
  expect(answers()).toHaveLength(1);
});

test("an interface that went away before the answer takes it along", () => {
  const { receive, answers, setLinks } = createResponder();
  receive(question("Probe"));
  setLinks([]);
  expect(answers()).toEqual([]);
});

test("the metadata's version grows with scopes and addresses, and with nothing else", () => {
  const { responder, device, setLinks } = createResponder();
  const version = () => Number(/MetadataVersion>(\d+)</.exec(responder.message("Hello", ["192.0.2.1"]))?.[1]);
  const first = version();
  expect(version()).toBe(first);
  device.scopes.add(ACTOR, ["a:new"]);
  expect(version()).toBe(first + 1);
  setLinks([]);
  expect(version()).toBe(first + 2);
});

test("messages are numbered and carry ids of their own", () => {
  const { responder } = createResponder();
  const texts = Array.from({ length: 20 }, () => responder.message("Hello", []));
  const ids = texts.map(
    (text) =>
      /MessageID>(urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})</.exec(text)?.[1],
  );
  expect(new Set(ids).size).toBe(20);
  expect(ids).not.toContain(undefined);
  expect(texts.map((text) => Number(/MessageNumber="(\d+)"/.exec(text)?.[1]))).toEqual(
    texts.map((_, index) => index + 1),
  );
});

test("the fullest answer is one that fits: scopes are bounded in count and length", () => {
  const { receive, answers, device } = createResponder();
  const scope = (filler: string) => (_: unknown, index: number) => `onvif://x/${index}/`.padEnd(128, filler);
  device.scopes.replace(ACTOR, Array.from({ length: 16 }, scope("y")));
  receive(question("Probe"));
  expect(answers()).toHaveLength(1);
  for (const scopes of [["a:one-more"], Array.from({ length: 16 }, scope("&"))])
    expect(() => device.scopes.add(ACTOR, scopes)).toThrow("room for 16");
  expect(() => device.scopes.replace(ACTOR, Array.from({ length: 16 }, scope("&")))).toThrow("room for 16");
  expect(() => device.scopes.replace(ACTOR, ["a:".padEnd(129, "x")])).toThrow("absolute URI");
});
