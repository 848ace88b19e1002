import { afterAll, describe, expect, test } from "bun:test";
import { Egress, Library, SecureEgress } from "bun-ffi-v4l2";
import { createLog } from "../../../src/core/log.ts";
import type { AuthenticationResult } from "../../../src/identity/authenticator.ts";
import { createConnectionNonces } from "../../../src/identity/nonce-store.ts";
import { RtspConnection } from "../../../src/rtsp/connection.ts";
import { peerOf } from "../../../src/rtsp/peer.ts";
import { SessionTable } from "../../../src/rtsp/session-table.ts";
import { SocketQueue } from "../../../src/rtsp/socket-queue.ts";
import { TunnelTable } from "../../../src/rtsp/tunnel-table.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";
import { VideoStream } from "../../../src/stream/video-stream.ts";
import { createManualTime } from "../../support/manual-scheduler.ts";

const library = Library.open();
const egress = Egress.create(library);
const secureEgress = SecureEgress.create(library);
afterAll(() => {
  egress.destroy();
  secureEgress.destroy();
});

const VIEWER: AuthenticationResult = {
  outcome: "identified",
  identity: { user: undefined, permissions: new Set(["Media_r"]) },
};

/** A connection whose logins are decided when the test says so. */
function setUp() {
  const { clock, scheduler, advanceMs } = createManualTime();
  const log = createLog({ level: "error", write: () => undefined }, "test");
  const crypto = createCrypto();
  const stream = new VideoStream({
    name: "stream1",
    ssrc: 1,
    firstSequence: 0,
    timestampOrigin: 0,
    payloadBytes: 1400,
    fastStart: false,
    forceKeyframe: () => undefined,
    egress,
    secure: { egress: secureEgress, index: 0 },
    clock,
    scheduler,
    log,
  });
  const answers: string[] = [];
  let isLoginOver = false;
  const socket = {
    write: (bytes: Uint8Array) => {
      answers.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
  let login = Promise.withResolvers<AuthenticationResult>();
  const table = new SessionTable(clock, () => 0);
  const connection = new RtspConnection({
    services: {
      clock,
      scheduler,
      crypto,
      log,
      authenticator: {
        authenticate: () => login.promise,
        challenges: () => [],
        authenticatePassword: () => login.promise,
        refresh: (identity) => (isLoginOver ? undefined : identity),
        noteUse: () => {},
        onRightsChanged: () => () => {},
      },
      createNonceStore: () => createConnectionNonces(crypto),
      digestAlgorithms: ["MD5"],
      findRecording: async () => undefined,
      findStream: ({ segments }) =>
        segments[0] === stream.name ? { stream, frameRate: 30, bitrateKbps: 4000 } : undefined,
      findProfile: () => undefined,
      closeOnResolutionChange: false,
      requireTls: false,
      transport: { sockets: () => undefined, multicast: () => undefined },
      cname: "test",
    },
    table,
    tunnels: new TunnelTable(),
    peer: peerOf("127.0.0.1", 50_000, "127.0.0.1"),
    queue: new SocketQueue(socket, clock),
    close: () => undefined,
  });
  let sequence = 0;
  const request = (method: string, headers: string, path = "/stream1/trackID=0") => {
    sequence += 1;
    login = Promise.withResolvers();
    connection.receive(Buffer.from(`${method} rtsp://test${path} RTSP/1.0\r\nCSeq: ${sequence}\r\n${headers}\r\n\r\n`));
  };
  const logIn = async () => {
    login.resolve(VIEWER);
    await new Promise(setImmediate);
  };
  const endLogin = () => {
    isLoginOver = true;
  };
  return { connection, table, stream, answers, request, logIn, endLogin, advanceMs };
}

const SETUP = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nAuthorization: Basic YTpi";

describe("RtspConnection", () => {
  test("opens no session for a client that left while its login was checked", async () => {
    const { connection, request, logIn } = setUp();
    request("SETUP", SETUP);
    connection.onClosed();
    await logIn();
    expect(connection.hasSessions).toBe(false);
  });

  test("plays nothing to a client that left while its login was checked", async () => {
    const { connection, stream, answers, request, logIn } = setUp();
    request("SETUP", SETUP);
    await logIn();
    const session = /^Session: (\w+)/m.exec(answers[0] ?? "")?.[1];
    expect(session).toBeString();
    request("PLAY", `Session: ${session}\r\nAuthorization: Basic YTpi`);
    connection.onClosed();
    await logIn();
    expect(stream.viewerCount).toBe(0);
  });

  test("keeps its sessions alive by any request, also one that names none", async () => {
    const { connection, table, request, logIn, advanceMs } = setUp();
    request("SETUP", SETUP);
    await logIn();
    for (let seconds = 0; seconds < 120; seconds += 40) {
      advanceMs(40_000);
      request("OPTIONS", "");
      await logIn();
      table.tick();
      expect(connection.hasSessions).toBe(true);
    }
    advanceMs(61_000);
    table.tick();
    expect(connection.hasSessions).toBe(false);
  });

  test("loses its sessions when the login ends, also those that outlive it", async () => {
    const { connection, table, stream, request, logIn, endLogin } = setUp();
    expect(connection.isAllowed).toBe(true);
    request("SETUP", SETUP);
    await logIn();
    table.endDisallowed();
    expect([connection.isAllowed, connection.hasSessions]).toEqual([true, true]);
    endLogin();
    table.endDisallowed();
    expect([connection.isAllowed, connection.hasSessions, stream.viewerCount]).toEqual([false, false, 0]);
  });

  test("holds the transport of a URL to its client only when the request succeeded", async () => {
    const { answers, request, logIn } = setUp();
    const statusOf = async (method: string, headers: string, path?: string) => {
      request(method, headers, path);
      await logIn();
      return Number(answers.at(-1)?.split(" ")[1]);
    };
    expect(await statusOf("DESCRIBE", "", "/nothing?udp")).toBe(404);
    expect(await statusOf("SETUP", SETUP, "/stream1/trackID=0?udp")).toBe(461);
    expect(await statusOf("SETUP", SETUP)).toBe(200);
    expect(await statusOf("SETUP", SETUP.replace("0-1", "2-3"), "/stream1/trackID=0?tcp")).toBe(200);
    expect(await statusOf("SETUP", "Transport: RTP/AVP;unicast;client_port=5004-5005")).toBe(461);
  });
});
