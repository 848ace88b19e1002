import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STUN_ATTRIBUTE } from "../../src/ice/stun-message.ts";
import { StunWriter } from "../../src/ice/stun-writer.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { until } from "../support/until.ts";
import { startWebRtcFront, type WebRtcFront } from "../support/webrtc-front.ts";

const OFFER = readFileSync(join(import.meta.dirname, "../fixtures/sdp/chromium-video-offer.sdp"), "utf8");
const crypto = createCrypto();

/** A connection to the WebRTC port; `closedMs`: when the server closed it. */
async function connect({ endpoint }: WebRtcFront) {
  const connection = {
    closedMs: undefined as number | undefined,
    answers: 0,
    write: (_bytes: Uint8Array): number => 0,
  };
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: endpoint.port,
    socket: {
      data: () => {
        connection.answers += 1;
      },
      close: () => {
        connection.closedMs = performance.now();
      },
    },
  });
  connection.write = (bytes) => socket.write(bytes);
  return connection;
}

/** An authentic check of the session that is `ufrag`'s, framed. */
function check(ufrag: string, password: string): Uint8Array {
  const stun = new StunWriter("request", 1, crypto.randomBytes(12))
    .addText(STUN_ATTRIBUTE.username, `${ufrag}:/nUC`)
    .addUint32(STUN_ATTRIBUTE.priority, 1)
    .finish(new TextEncoder().encode(password), crypto);
  return Uint8Array.of(stun.length >>> 8, stun.length & 0xff, ...stun);
}

async function beginSession({ front }: WebRtcFront) {
  const answer = await fetch(`${front.url}/api/whep/stream1`, { method: "POST", body: OFFER });
  const sdp = await answer.text();
  const value = (name: string) => new RegExp(`^a=${name}:(.*)\r$`, "m").exec(sdp)?.[1] ?? "";
  return { check: () => check(value("ice-ufrag"), value("ice-pwd")), location: answer.headers.get("location") ?? "" };
}

describe("an ICE-TCP connection", () => {
  // the runtime's own timers, which a test cannot move: all at once, and no bound from below but the order
  test("is closed when nothing proves it, when its session ends, or when it falls silent; it stays while it is heard of", async () => {
    await using made = await startWebRtcFront();
    const [first, second] = [await beginSession(made), await beginSession(made)];
    const [unproven, chatty, silent, ended, heard] = await Promise.all(Array.from({ length: 5 }, () => connect(made)));
    if (!unproven || !chatty || !silent || !ended || !heard) throw new Error("no connections");
    silent.write(first.check());
    heard.write(first.check());
    ended.write(second.check());
    await until(() => [silent, heard, ended].every(({ answers }) => answers === 1));
    await fetch(`${made.front.url}${second.location}`, { method: "DELETE" });
    const talking = setInterval(() => {
      if (heard.closedMs === undefined) heard.write(first.check());
      // well framed, and nobody's
      if (chatty.closedMs === undefined) chatty.write(Uint8Array.of(0, 1, 0));
    }, 1000);
    try {
      await until(() => [unproven, chatty, ended].every(({ closedMs }) => closedMs !== undefined), 20_000);
      expect(silent.closedMs).toBeUndefined();
      await until(() => silent.closedMs !== undefined, 30_000);
      expect(heard.closedMs).toBeUndefined();
    } finally {
      clearInterval(talking);
    }
  }, 60_000);

  test("is closed at once for what is no framed ICE", async () => {
    await using made = await startWebRtcFront();
    const connection = await connect(made);
    connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    await until(() => connection.closedMs !== undefined);
  });
});
