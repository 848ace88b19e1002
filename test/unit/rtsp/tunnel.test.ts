import { describe, expect, test } from "bun:test";
import { RtspConnection } from "../../../src/rtsp/connection.ts";
import { peerOf } from "../../../src/rtsp/peer.ts";
import type { RtspServices } from "../../../src/rtsp/services.ts";
import { SessionTable } from "../../../src/rtsp/session-table.ts";
import { SocketQueue } from "../../../src/rtsp/socket-queue.ts";
import { TunnelTable } from "../../../src/rtsp/tunnel-table.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

const COOKIE = "x-sessioncookie: abc\r\n\r\n";
const GET = `GET /stream1 HTTP/1.0\r\n${COOKIE}`;
const POST = `POST /stream1 HTTP/1.0\r\nContent-Length: 32767\r\n${COOKIE}`;
const options = (cseq: number) => `OPTIONS * RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`;
const encoded = (text: string) => Buffer.from(text).toString("base64");

/** Connections of one server; each tells what it was sent, and closes as a socket does. */
function setUp() {
  const { clock, scheduler, advanceMs } = createManualTime();
  const services = { clock, scheduler, createNonceStore: () => ({}) } as unknown as RtspServices;
  const table = new SessionTable(clock, () => 0);
  const tunnels = new TunnelTable();
  /** `isLate`: the socket goes on giving bytes after it was told to close, as one may whose peer does not close. */
  const connect = (address = "192.0.2.1", isLate = false) => {
    let sent = "";
    let isClosed = false;
    const socket = {
      write: (bytes: Uint8Array) => {
        sent += new TextDecoder().decode(bytes);
        return bytes.length;
      },
    };
    const connection: RtspConnection = new RtspConnection({
      services,
      table,
      tunnels,
      peer: peerOf(address, 50_000, "192.0.2.9"),
      queue: new SocketQueue(socket, clock),
      close: () => {
        isClosed = true;
        if (!isLate) connection.onClosed();
      },
    });
    return {
      connection,
      /** Sends text and waits for what comes of it. */
      async say(text: string) {
        connection.receive(Buffer.from(text, "latin1"));
        await new Promise(setImmediate);
      },
      get sent() {
        return sent;
      },
      get isClosed() {
        return isClosed;
      },
      get cseqs() {
        return [...sent.matchAll(/^RTSP\/1\.0 200 OK\r\nCSeq: (\d+)/gm)].map(([, cseq]) => Number(cseq));
      },
    };
  };
  const open = async () => {
    const [get, post] = [connect(), connect()];
    await get.say(GET);
    await post.say(POST);
    return { get, post };
  };
  return { connect, open, clock, advanceMs };
}

describe("RTSP over HTTP", () => {
  test("answers through the GET what comes through the POST, byte by byte or all at once", async () => {
    const { connect } = setUp();
    const [get, post] = [connect(), connect()];
    for (const char of GET) await get.say(char);
    expect(get.sent).toStartWith("HTTP/1.0 200 OK\r\n");
    await post.say(POST + encoded(options(1)) + encoded(options(2)));
    for (const char of encoded(options(3)) + encoded(options(4))) await post.say(char);
    expect(get.cseqs).toEqual([1, 2, 3, 4]);
    expect([post.sent, get.isClosed, post.isClosed]).toEqual(["", false, false]);
  });

  test("what the GET says after its head means nothing", async () => {
    const { open } = setUp();
    const { get, post } = await open();
    await get.say(options(1));
    await post.say(encoded(options(2)));
    expect(get.cseqs).toEqual([2]);
  });

  test("a POST may be closed, replaced, and end in half a request", async () => {
    const { connect, open } = setUp();
    const { get, post } = await open();
    const [whole, half] = [options(1), options(2)];
    await post.say(encoded(whole + half.slice(0, 9)));
    post.connection.shut();
    expect(get.isClosed).toBe(false);
    const second = connect();
    await second.say(POST + encoded(half.slice(9)));
    expect(get.cseqs).toEqual([1, 2]);
  });

  test("a POST that begins before the end of another was seen is heard after it, or after three seconds of its silence", async () => {
    const { connect, open, clock, advanceMs } = setUp();
    const { get, post } = await open();
    const [second, third] = [connect(), connect()];
    const all = [post, second, third];
    const tick = () => {
      for (const { connection } of all) connection.tick(clock.monotonicUs());
      return [...all, get].map(({ isClosed }) => isClosed);
    };
    await third.say(POST.slice(0, 9));
    await second.say(POST + encoded(options(2)));
    await third.say(POST.slice(9) + encoded(options(4)));
    await post.say(encoded(options(1)));
    expect(get.cseqs).toEqual([1]);
    post.connection.shut();
    expect(get.cseqs).toEqual([1, 2]);
    advanceMs(3000);
    await second.say(encoded(options(3)));
    expect(get.cseqs).toEqual([1, 2, 3]);
    advanceMs(3000);
    expect(tick()).toEqual([true, false, false, false]);
    advanceMs(1);
    expect(tick()).toEqual([true, true, false, false]);
    await second.say(encoded(options(9)));
    advanceMs(3001);
    expect(tick()).toEqual([true, true, false, false]);
    expect(get.cseqs).toEqual([1, 2, 3, 4]);
  });

  test("a POST that was cut off, and whose socket lives on, cuts off no other", async () => {
    const { connect, clock, advanceMs } = setUp();
    const get = connect();
    await get.say(GET);
    const [first, second, third] = [connect("192.0.2.1", true), connect(), connect()];
    for (const each of [first, second, third]) await each.say(POST);
    advanceMs(3001);
    for (let round = 0; round < 3; round += 1) first.connection.tick(clock.monotonicUs());
    expect([first, second, third, get].map(({ isClosed }) => isClosed)).toEqual([true, false, false, false]);
    await second.say(encoded(options(1)));
    expect(get.cseqs).toEqual([1]);
  });

  test("one POST too many ends the tunnel: nothing that was said is left out", async () => {
    const { connect, open } = setUp();
    const { get, post } = await open();
    const more = Array.from({ length: 63 }, () => connect());
    for (const each of more) await each.say(POST);
    expect(get.isClosed).toBe(false);
    const last = connect();
    await last.say(POST + encoded(options(1)));
    expect(last.sent).toStartWith("HTTP/1.0 409 ");
    expect([get, post, ...more, last].every(({ isClosed }) => isClosed)).toBe(true);
  });

  test("a POST that begins and ends before the end of another was seen is heard as well", async () => {
    const { connect, open } = setUp();
    const { get, post } = await open();
    const [second, third, fourth] = [connect(), connect(), connect()];
    await second.say(POST + encoded(options(2)));
    await third.say(POST + encoded(options(3).slice(0, 7)));
    third.connection.shut();
    second.connection.shut();
    await fourth.say(POST + encoded(options(3).slice(7)));
    await post.say(encoded(options(1)));
    expect(get.cseqs).toEqual([1]);
    post.connection.shut();
    await fourth.say(encoded(options(4)));
    expect(get.cseqs).toEqual([1, 2, 3, 4]);
  });

  test("a POST that is not heard holds 256 KiB", async () => {
    const { connect, open } = setUp();
    const { get } = await open();
    const second = connect();
    await second.say(POST + encoded("x".repeat(256 * 1024)));
    expect(get.isClosed).toBe(false);
    await second.say(encoded("xyz"));
    expect([get.isClosed, second.isClosed]).toEqual([true, true]);
  });

  test("the POST ends with its GET, and another finds none", async () => {
    const { connect, open } = setUp();
    const { get, post } = await open();
    get.connection.shut();
    expect(post.isClosed).toBe(true);
    const late = connect();
    await late.say(POST);
    expect(late.sent).toStartWith("HTTP/1.0 404 ");
    expect(late.isClosed).toBe(true);
  });

  test("a POST from another address finds none, a second GET is refused, and the first goes on", async () => {
    const { connect, open } = setUp();
    const { get, post } = await open();
    const [foreign, second] = [connect("192.0.2.2"), connect()];
    await foreign.say(POST + encoded(options(1)));
    await second.say(GET);
    expect([foreign.sent.slice(0, 13), second.sent.slice(0, 13)]).toEqual(["HTTP/1.0 404 ", "HTTP/1.0 409 "]);
    expect([foreign.isClosed, second.isClosed]).toEqual([true, true]);
    await post.say(encoded(options(2)));
    expect(get.cseqs).toEqual([2]);
  });

  test("what is not base64 ends both, after what stood before it", async () => {
    const { open } = setUp();
    const { get, post } = await open();
    await post.say(`${encoded(options(1))}\0`);
    expect(post.sent).toStartWith("HTTP/1.0 400 ");
    expect([get.isClosed, post.isClosed]).toEqual([true, true]);
    expect(get.sent).toContain("RTSP/1.0 200 OK\r\nCSeq: 1\r\n");
  });

  test("what a POST says after its end is neither kept nor answered", async () => {
    const { connect } = setUp();
    const [get, post] = [connect("192.0.2.1", true), connect("192.0.2.1", true)];
    await get.say(GET);
    await post.say(`${POST}\0`);
    const refusal = post.sent;
    for (let round = 0; round < 3; round += 1) await post.say(encoded("x".repeat(256 * 1024)));
    expect(post.sent).toBe(refusal);
    expect(post.connection.hasSessions).toBe(false);
  });

  test("HTTP inside a tunnel, and after RTSP, is refused", async () => {
    const { connect, open } = setUp();
    const { get, post } = await open();
    await post.say(encoded(GET.replace("abc", "abcd")));
    expect([get.isClosed, post.isClosed]).toEqual([true, true]);
    const plain = connect();
    await plain.say(options(1) + GET);
    expect(plain.sent).toContain("HTTP/1.0 400 ");
    expect(plain.isClosed).toBe(true);
  });

  test("more than 256 KiB behind a request end both", async () => {
    const { open } = setUp();
    const { get, post } = await open();
    // all of it comes while the first request is being answered
    post.connection.receive(Buffer.from(encoded(options(1).repeat(10_000))));
    expect([get.isClosed, post.isClosed]).toEqual([true, true]);
  });

  test("a GET that nothing comes of ends after 15 s, a tunnel without a session after 60 s, a quiet POST not by itself", async () => {
    const { connect, open, clock, advanceMs } = setUp();
    const waiting = connect();
    await waiting.say(GET.replace("abc", "waits"));
    const { get, post } = await open();
    await post.say(encoded(options(1)));
    const tick = () => {
      for (const { connection } of [waiting, post, get]) connection.tick(clock.monotonicUs());
      return [waiting.isClosed, post.isClosed, get.isClosed];
    };
    advanceMs(15_000);
    expect(tick()).toEqual([false, false, false]);
    advanceMs(1);
    expect(tick()).toEqual([true, false, false]);
    advanceMs(44_999);
    expect(tick()).toEqual([true, false, false]);
    advanceMs(1);
    expect(tick()).toEqual([true, true, true]);
  });
});
