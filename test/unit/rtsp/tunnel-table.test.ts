import { describe, expect, test } from "bun:test";
import { peerOf } from "../../../src/rtsp/peer.ts";
import { TunnelPost } from "../../../src/rtsp/tunnel-post.ts";
import { TunnelTable } from "../../../src/rtsp/tunnel-table.ts";

/** A GET that tells whether it was shut. */
function half(hasSessions = false) {
  return {
    isShut: false,
    hasSessions,
    receiveTunnelled: () => undefined,
    shut() {
      this.isShut = true;
    },
  };
}

const peerAt = (address: string, isSecure = false) => peerOf(address, 50_000, "192.0.2.9", isSecure);
const PEER = peerAt("192.0.2.1");

function openIn(table: TunnelTable, cookie = "a", get = half()) {
  const tunnel = table.open(PEER, cookie, get);
  if (tunnel === undefined) throw new Error("the cookie is in use");
  return tunnel;
}

describe("TunnelTable", () => {
  test("a cookie is good at its address, and at its side of TLS", () => {
    const table = new TunnelTable();
    const tunnel = table.open(PEER, "a", half());
    expect(table.find(PEER, "a")).toBe(tunnel);
    for (const [peer, cookie] of [
      [PEER, "b"],
      [peerAt("192.0.2.2"), "a"],
      [peerAt("192.0.2.1", true), "a"],
    ] as const) {
      expect(table.find(peer, cookie)).toBeUndefined();
      expect(table.open(peer, cookie, half())).toBeDefined();
    }
    expect(table.open(PEER, "a", half())).toBeUndefined();
  });

  test("a GET that goes takes its POSTs along and frees the cookie", () => {
    const table = new TunnelTable();
    const tunnel = openIn(table);
    const shut: number[] = [];
    for (const id of [1, 2]) new TunnelPost(tunnel, 0, () => void shut.push(id));
    table.close(tunnel);
    expect(shut).toEqual([1, 2]);
    expect(table.find(PEER, "a")).toBeUndefined();
    expect(table.open(PEER, "a", half())).toBeDefined();
  });

  test("64 POSTs may be open, heard in their order", () => {
    const tunnel = openIn(new TunnelTable());
    const shut: number[] = [];
    const ids = Array.from({ length: 64 }, (_, id) => id);
    const posts = ids.map((id) => {
      expect(tunnel.hasRoom).toBe(true);
      return new TunnelPost(tunnel, id, () => void shut.push(id));
    });
    expect(tunnel.hasRoom).toBe(false);
    posts[0]?.end();
    expect(tunnel.hasRoom).toBe(true);
    expect(shut).toEqual([]);
    expect([posts.findIndex((post) => tunnel.hears(post)), tunnel.nextBeganUs]).toEqual([1, 2]);
  });

  test("of one address 32 may wait, then the oldest that waits gives way", () => {
    const table = new TunnelTable();
    const other = half();
    table.open(peerAt("192.0.2.2"), "a", other);
    const withPost = half();
    new TunnelPost(openIn(table, "post", withPost), 0, () => undefined);
    const playing = half(true);
    table.open(PEER, "session", playing);
    const waiting = Array.from({ length: 33 }, half.bind(undefined, false));
    for (const [index, get] of waiting.entries()) table.open(PEER, `w${index}`, get);
    expect(waiting.map(({ isShut }) => isShut)).toEqual([true, ...Array(32).fill(false)]);
    expect([other, withPost, playing].map(({ isShut }) => isShut)).toEqual([false, false, false]);
    expect(table.find(PEER, "w0")).toBeUndefined();
    expect(table.find(PEER, "w32")).toBeDefined();
  });

  test("of all addresses together 128 may wait", () => {
    const table = new TunnelTable();
    const waiting = Array.from({ length: 129 }, half.bind(undefined, false));
    for (const [index, get] of waiting.entries()) table.open(peerAt(`192.0.2.${index}`), "a", get);
    expect(waiting.map(({ isShut }) => isShut)).toEqual([true, ...Array(128).fill(false)]);
  });
});
