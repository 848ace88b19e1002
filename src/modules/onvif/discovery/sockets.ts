import { createSocket, type Socket } from "node:dgram";
import type { Link } from "./links.ts";
import { type Asker, DISCOVERY_PORT } from "./responder.ts";

const GROUPS = { 4: "239.255.255.250", 6: "ff02::c" } as const;
type Family = keyof typeof GROUPS;
const FAMILIES: readonly Family[] = [4, 6];

/** The sockets of WS-Discovery: one a family that hears its group on every link, and one for a moment to say something on a link. */
export class DiscoverySockets {
  readonly #onDatagram: (bytes: Uint8Array, asker: Asker) => void;
  readonly #sockets = new Map<Family, Socket>();

  private constructor(onDatagram: (bytes: Uint8Array, asker: Asker) => void) {
    this.#onDatagram = onDatagram;
  }

  /** A family whose port cannot be had is left out; `onRefused` is told. */
  static async open(
    onDatagram: (bytes: Uint8Array, asker: Asker) => void,
    onRefused: (family: Family, error: Error) => void,
  ): Promise<DiscoverySockets> {
    const sockets = new DiscoverySockets(onDatagram);
    for (const family of FAMILIES)
      await sockets.#bind(family).catch((error: unknown) => onRefused(family, error as Error));
    return sockets;
  }

  /** Hears the groups on these links. To be called again and again: the kernel forgets an interface that goes away. */
  join(links: readonly Link[]): void {
    for (const { family, local } of placesOf(links)) {
      try {
        this.#sockets.get(family)?.addMembership(GROUPS[family], local);
      } catch {
        // a member already, or the interface is gone again
      }
    }
  }

  /** To one peer, from the port that it asked. What cannot be sent is lost, as any datagram may be. */
  send(text: string, { address, port }: Asker): void {
    const socket = this.#sockets.get(address.includes(":") ? 6 : 4);
    try {
      socket?.send(text, port, address, () => undefined);
    } catch {
      // the network went away
    }
  }

  /** To the groups on one link. Resolves when it has left, or cannot. */
  async announce(link: Link, write: (addresses: readonly string[]) => string): Promise<void> {
    await Promise.all(
      placesOf([link]).map(async ({ family, local }) => {
        const addresses = link.addresses.filter((own) => own.family === family).map(({ address }) => address);
        await sendToGroup(family, local, write(addresses)).catch(() => undefined);
      }),
    );
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  async #bind(family: Family): Promise<void> {
    const socket = createSocket({ type: `udp${family}`, reuseAddr: true, ipv6Only: family === 6 });
    // ICMP errors of those who are gone; without a listener they would end the process
    socket.on("error", () => undefined);
    socket.on("message", (bytes, { address, port }) => this.#onDatagram(bytes, { address, port }));
    await bound(socket, DISCOVERY_PORT, family === 4 ? "0.0.0.0" : "::");
    this.#sockets.set(family, socket);
  }
}

/** Each link once a family: by its first address, or by its name in IPv6. */
function placesOf(links: readonly Link[]) {
  return links.flatMap((link) =>
    FAMILIES.flatMap((family) => {
      const first = link.addresses.find((own) => own.family === family)?.address;
      return first === undefined ? [] : [{ link, family, local: family === 4 ? first : `::%${link.name}` }];
    }),
  );
}

async function sendToGroup(family: Family, local: string, text: string): Promise<void> {
  const socket = createSocket(`udp${family}`);
  try {
    socket.on("error", () => undefined);
    await bound(socket, 0, family === 4 ? local : "::");
    socket.setMulticastInterface(local);
    socket.setMulticastTTL(1);
    const group = family === 4 ? GROUPS[4] : GROUPS[6] + local.slice(2);
    await new Promise<void>((resolve, reject) =>
      socket.send(text, DISCOVERY_PORT, group, (error) => (error ? reject(error) : resolve())),
    );
  } finally {
    socket.close();
  }
}

function bound(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}
