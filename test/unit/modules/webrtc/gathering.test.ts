import { describe, expect, test } from "bun:test";
import { Library } from "bun-ffi-v4l2";
import { createLog } from "../../../../src/core/log.ts";
import type { TransportAddress } from "../../../../src/ice/ip-address.ts";
import { parseStun, STUN_ATTRIBUTE, type StunMessage } from "../../../../src/ice/stun-message.ts";
import { StunWriter } from "../../../../src/ice/stun-writer.ts";
import { Gathering } from "../../../../src/modules/webrtc/gathering.ts";
import { crypto, hostPath } from "../../../support/ice-network.ts";
import { createManualTime } from "../../../support/manual-scheduler.ts";
import { until } from "../../../support/until.ts";

const HOST = hostPath("10.0.0.5", 8189);
const SERVER = { address: "192.0.2.1", port: 3478 };
const SECOND_MS = 1000;

/** Gathering over one socket that goes nowhere: tests answer for the servers. */
function createGathering(urls: readonly string[]) {
  const time = createManualTime();
  const asked: { readonly to: TransportAddress; readonly id: Uint8Array }[] = [];
  const logged: string[] = [];
  const gathering = new Gathering({
    library: Library.open(),
    clock: time.clock,
    scheduler: time.scheduler,
    crypto,
    log: createLog(
      { level: "info", write: (_level, _module, _text, { reason }) => void logged.push(`${reason}`) },
      "x",
    ),
    urls,
    sockets: {
      bases: [{ address: "0.0.0.0", port: 8189, path: HOST }],
      send: (bytes, _path, to) => void asked.push({ to, id: (parseStun(bytes) as StunMessage).transactionId.slice() }),
    },
    credentials: () => undefined,
    onPacket: () => undefined,
    onRelay: () => undefined,
    onRelayLost: () => undefined,
  });
  return {
    gathering,
    asked,
    logged,
    candidates: () => gathering.candidates([HOST.candidate]).map(({ type, address, port }) => [type, address, port]),
    /** Moves time on as the endpoint does while there are sessions. */
    run: (elapsedMs: number) => {
      for (let passed = 0; passed < elapsedMs; passed += 50) {
        time.advanceMs(50);
        gathering.tick();
      }
    },
    answer: (mapped: TransportAddress, from = SERVER, path = HOST) => {
      const writer = new StunWriter("success", 1, asked.at(-1)?.id ?? new Uint8Array(12));
      const bytes = writer.addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, mapped).finish(undefined, crypto);
      return gathering.receive(parseStun(bytes) as StunMessage, { path, remote: from, connection: undefined });
    },
    /** Begins, and waits for the name server until the first question. */
    begin: async () => {
      let isReady = false;
      const ready = gathering.gather().then(() => {
        isReady = true;
      });
      await until(() => {
        gathering.tick();
        return asked.length > 0;
      });
      return { ready, isReady: () => isReady };
    },
  };
}

describe("gathering", () => {
  test("waits for a server's answer, and offers an address that a NAT made", async () => {
    const { answer, asked, begin, candidates } = createGathering(["stun:192.0.2.1"]);
    const { ready, isReady } = await begin();
    expect([asked.map(({ to }) => to), isReady()]).toEqual([[SERVER], false]);
    expect(answer({ address: "203.0.113.5", port: 4000 }, SERVER, hostPath("10.0.0.6", 8189))).toBe(false);
    expect(answer({ address: "203.0.113.5", port: 4000 })).toBe(true);
    await ready;
    expect(candidates()).toEqual([["srflx", "203.0.113.5", 4000]]);
  });

  test("offers no address twice", async () => {
    const { answer, begin, candidates } = createGathering(["stun:192.0.2.1"]);
    await begin();
    answer({ address: HOST.candidate.address, port: HOST.candidate.port });
    expect(candidates()).toEqual([]);
  });

  test("waits half a second for a silent server, once, and the log tells once", async () => {
    const { gathering, answer, asked, logged, begin, run } = createGathering(["stun:192.0.2.1"]);
    const { ready, isReady } = await begin();
    run(400);
    await Promise.resolve();
    expect(isReady()).toBe(false);
    run(100);
    await ready;
    run(200 * SECOND_MS);
    expect(logged).toEqual([expect.stringContaining("does not answer")]);
    expect(gathering.read()[0]?.failure).toEqual(logged[0]);
    gathering.stop();
    await gathering.gather();
    gathering.stop();
    // until it has answered
    const sends = asked.length;
    await gathering.gather();
    await until(() => {
      gathering.tick();
      return asked.length > sends;
    });
    answer({ address: "203.0.113.5", port: 4000 });
    gathering.stop();
    let isBack = false;
    void gathering.gather().then(() => {
      isBack = true;
    });
    await Promise.resolve();
    expect(isBack).toBe(false);
    expect(logged.length).toBe(1);
  });

  test("asks nobody after it was stopped, and nobody ever without servers", async () => {
    const { gathering, asked, begin, run } = createGathering(["stun:192.0.2.1"]);
    await begin();
    gathering.stop();
    const sends = asked.length;
    run(60 * SECOND_MS);
    expect([asked.length, gathering.read()]).toEqual([sends, []]);
    const none = createGathering([]);
    await none.gathering.gather();
    none.run(60 * SECOND_MS);
    expect([none.asked, none.candidates(), none.gathering.paths]).toEqual([[], [], []]);
  });
});
