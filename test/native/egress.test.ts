import { dlopen } from "bun:ffi";
import { heapStats } from "bun:jsc";
import { afterEach, describe, expect, test } from "bun:test";
import { Egress, Library, NativeError, prepareUdpSocket } from "bun-ffi-v4l2";

const ARRIVAL_LIMIT_MS = 5000;
const GAP_BYTES = 4;
const SOL_SOCKET = 1;
const SO_NO_CHECK = 11;

const library = Library.open();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Receiver {
  readonly address: string;
  readonly port: number;
  readonly senders: Set<string>;
  /** Waits for `count` datagrams and takes them. */
  take(count: number): Promise<Buffer[]>;
  close(): void;
}

type Socket = Bun.udp.Socket<"buffer"> & { readonly fd: number };

async function receiver(address: string): Promise<Receiver> {
  const arrived: Buffer[] = [];
  const senders = new Set<string>();
  let wake = () => {};
  const socket = await Bun.udpSocket({
    hostname: address,
    socket: {
      data(_socket, bytes, _port, from) {
        arrived.push(Buffer.from(bytes));
        senders.add(from);
        wake();
      },
    },
  });
  closers.push(() => socket.close());
  const take = async (count: number) => {
    const deadline = performance.now() + ARRIVAL_LIMIT_MS;
    while (arrived.length < count) {
      const patience = deadline - performance.now();
      if (patience <= 0) throw new Error(`${arrived.length} of ${count} datagrams came`);
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(timeout.resolve, patience);
      wake = timeout.resolve;
      await timeout.promise;
      clearTimeout(timer);
    }
    return arrived.splice(0, count);
  };
  return { address, port: socket.port, senders, take, close: () => socket.close() };
}

async function sender(hostname: string, errors: Error[] = []): Promise<Socket> {
  const socket = await Bun.udpSocket({
    hostname,
    socket: { data() {}, error: (_socket, error) => void errors.push(error) },
  });
  closers.push(() => socket.close());
  return socket as Socket;
}

function openEgress(): Egress {
  const egress = Egress.create(library);
  closers.push(() => egress.destroy());
  return egress;
}

function addActive(egress: Egress, fd: number, to: { address: string; port: number }): number {
  const id = egress.add({ fd, address: to.address, port: to.port });
  egress.setActive(id, true);
  return id;
}

/** Packets of these sizes behind gaps; the block starts inside a larger buffer. */
function frameOf(sizes: readonly number[], salt = 0) {
  const length = sizes.reduce((sum, size) => sum + size + GAP_BYTES, 0);
  const block = new Uint8Array(length + 100).subarray(100);
  const packets = new Uint32Array(sizes.length * 2);
  const contents: Buffer[] = [];
  let offset = 0;
  for (const [index, size] of sizes.entries()) {
    offset += GAP_BYTES;
    packets.set([offset, size], index * 2);
    for (let at = 0; at < size; at++) block[offset + at] = index * 31 + at * 7 + salt;
    contents.push(Buffer.from(block.subarray(offset, offset + size)));
    offset += size;
  }
  return { block, packets, count: sizes.length, contents };
}

const PICTURE = [60, ...new Array<number>(24).fill(1412), 333];

describe("egress", () => {
  test("gives every destination every packet in order, over IPv4 and IPv6", async () => {
    const egress = openEgress();
    const v4 = await sender("127.0.0.1");
    const v6 = await sender("::1");
    const receivers = [
      await receiver("127.0.0.1"),
      await receiver("::1"),
      await receiver("127.0.0.1"),
      await receiver("::1"),
    ];
    const ids = receivers.map((to, index) => addActive(egress, index % 2 === 0 ? v4.fd : v6.fd, to));
    for (let salt = 0; salt < 3; salt++) {
      const frame = frameOf(PICTURE, salt);
      expect(egress.send(frame.block, frame.packets, frame.count)).toBe(0);
      for (const each of receivers) expect(await each.take(frame.count)).toEqual(frame.contents);
    }
    const bytes = 3 * PICTURE.reduce((sum, size) => sum + size, 0);
    for (const id of ids) {
      expect(egress.stats(id)).toEqual({ packets: 3 * PICTURE.length, bytes, lost: 0, lastError: 0, gso: true });
    }
  });

  test("takes IPv4-mapped and shortened IPv6 addresses, and sends from the source asked for", async () => {
    const egress = openEgress();
    const dual = await sender("::");
    const frame = frameOf([100, 100, 50]);
    const cases = [
      { to: await receiver("127.0.0.1"), address: "::ffff:127.0.0.1", source: "127.0.0.9", seen: "127.0.0.9" },
      { to: await receiver("127.0.0.1"), address: "::ffff:7f00:1", source: "::ffff:127.0.0.8", seen: "127.0.0.8" },
      { to: await receiver("::1"), address: "0:0:0:0:0:0:0.0.0.1", source: "::1", seen: "::1" },
    ];
    for (const { to, address, source, seen } of cases) {
      const id = egress.add({ fd: dual.fd, address, port: to.port, source });
      expect(egress.sendTo(id, frame.block, frame.packets, frame.count)).toBe(0);
      expect(await to.take(frame.count)).toEqual(frame.contents);
      expect([...to.senders]).toEqual([seen]);
    }
  });

  test("sends to active destinations only and reuses ids", async () => {
    const egress = openEgress();
    const socket = await sender("127.0.0.1");
    const [one, two] = [await receiver("127.0.0.1"), await receiver("127.0.0.1")];
    const first = addActive(egress, socket.fd, one);
    const second = addActive(egress, socket.fd, two);
    const frames = [frameOf([500, 20], 1), frameOf([500, 20], 2), frameOf([500, 20], 3)] as const;
    const send = ({ block, packets, count }: (typeof frames)[number]) => egress.send(block, packets, count);
    egress.setActive(first, false);
    send(frames[0]);
    egress.setActive(first, true);
    send(frames[1]);
    egress.remove(first);
    send(frames[2]);
    expect(await one.take(2)).toEqual(frames[1].contents);
    expect(await two.take(6)).toEqual(frames.flatMap(({ contents }) => contents));
    expect(() => egress.stats(first)).toThrow(NativeError);
    expect(egress.add({ fd: socket.fd, address: "127.0.0.1", port: one.port })).toBe(first);
    expect(egress.stats(first).packets).toBe(0);
    expect(egress.stats(second).packets).toBe(6);
  });

  test("sends more messages than one system call takes", async () => {
    const egress = openEgress();
    const socket = await sender("127.0.0.1");
    // Rising sizes cannot share a message: 20 × 60 of them.
    const frame = frameOf(Array.from({ length: 60 }, (_, index) => 30 + index));
    const receivers = await Promise.all(Array.from({ length: 20 }, () => receiver("127.0.0.1")));
    for (const to of receivers) addActive(egress, socket.fd, to);
    expect(egress.send(frame.block, frame.packets, frame.count)).toBe(0);
    for (const to of receivers) expect(await to.take(frame.count)).toEqual(frame.contents);
  });

  test("goes on in single packets where GSO is refused, nothing doubled", async () => {
    const egress = openEgress();
    const [plain, normal] = [await sender("127.0.0.1"), await sender("127.0.0.1")];
    // The kernel segments only what it also gives checksums.
    const { symbols } = dlopen("libc.so.6", {
      setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    });
    expect(symbols.setsockopt(plain.fd, SOL_SOCKET, SO_NO_CHECK, new Int32Array([1]), 4)).toBe(0);
    const [one, two] = [await receiver("127.0.0.1"), await receiver("127.0.0.1")];
    const refused = addActive(egress, plain.fd, one);
    const taken = addActive(egress, normal.fd, two);
    for (let salt = 0; salt < 2; salt++) {
      const frame = frameOf(PICTURE, salt);
      expect(egress.send(frame.block, frame.packets, frame.count)).toBe(0);
      expect(await one.take(frame.count)).toEqual(frame.contents);
      expect(await two.take(frame.count)).toEqual(frame.contents);
    }
    expect(egress.stats(refused)).toMatchObject({ gso: false, packets: 2 * PICTURE.length, lost: 0 });
    expect(egress.stats(taken)).toMatchObject({ gso: true, packets: 2 * PICTURE.length, lost: 0 });
  });

  test("is not disturbed by viewers that are gone", async () => {
    const errors: Error[] = [];
    const egress = openEgress();
    const socket = await sender("127.0.0.1", errors);
    prepareUdpSocket(library, socket.fd, 1 << 20);
    const receivers = await Promise.all(Array.from({ length: 4 }, () => receiver("127.0.0.1")));
    const ids = receivers.map((to) => addActive(egress, socket.fd, to));
    const [, dead, , alsoDead] = receivers;
    dead?.close();
    alsoDead?.close();
    for (let salt = 0; salt < 10; salt++) {
      const frame = frameOf(PICTURE, salt);
      expect(egress.send(frame.block, frame.packets, frame.count)).toBe(0);
      for (const alive of [receivers[0], receivers[2]]) expect(await alive?.take(frame.count)).toEqual(frame.contents);
    }
    for (const id of ids) expect(egress.stats(id)).toMatchObject({ packets: 10 * PICTURE.length, lost: 0 });
    expect(errors).toEqual([]);
  });

  test("refuses what is no address, no port, no UDP socket, and too many packets", async () => {
    const egress = openEgress();
    const { fd } = await sender("127.0.0.1");
    for (const address of ["", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "1::2::3", "fe80::1%nowhere"]) {
      expect(() => egress.add({ fd, address, port: 5000 })).toThrow(RangeError);
      expect(() => egress.add({ fd, address: "127.0.0.1", port: 5000, source: address })).toThrow(RangeError);
    }
    for (const port of [0, -1, 65536, 1.5, Number.NaN])
      expect(() => egress.add({ fd, address: "::1", port })).toThrow(RangeError);
    expect(() => egress.add({ fd, address: "::1", port: 5000, source: "127.0.0.1" })).toThrow(RangeError);
    expect(() => egress.add({ fd: -1, address: "::1", port: 5000 })).toThrow(NativeError);
    expect(() => egress.remove(3)).toThrow(NativeError);
    expect(() => egress.send(new Uint8Array(1), new Uint32Array(2), 8193)).toThrow(NativeError);
    expect(() => prepareUdpSocket(library, -1, 1000)).toThrow(NativeError);
    expect(egress.add({ fd, address: "fe80::1%1", port: 5000 })).toBe(0);
    egress.destroy();
    egress.destroy();
    expect(() => egress.stats(0)).toThrow("destroyed");
  });

  test("allocates nothing in JavaScript to send", async () => {
    const egress = openEgress();
    const frame = frameOf(PICTURE);
    const send = (times: number) => {
      for (let index = 0; index < times; index++) egress.send(frame.block, frame.packets, frame.count);
    };
    send(20_000); // the compilers' own memory
    Bun.gc(true);
    const before = heapStats().heapSize;
    send(100_000);
    expect(heapStats().heapSize - before).toBeLessThan(100_000);
  });
});
