import { describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { type OpenServer, ReplaceablePort } from "../../../src/config/replaceable-port.ts";
import { until } from "../../support/until.ts";

/** A server of lines that says its name; counts how often it was ended. */
interface NamedServer {
  readonly port: number;
  readonly name: string;
  ended: number;
  end(): void;
}

const opened: NamedServer[] = [];

function opening(name: string): OpenServer<NamedServer> {
  return (hostname, port, reusePort) => {
    const listener = Bun.listen({
      hostname,
      port,
      // Bun's types lack it
      ...{ reusePort },
      socket: { open: (socket) => void socket.write(`${name}\n`), data: (socket, bytes) => void socket.write(bytes) },
    });
    const server: NamedServer = {
      port: listener.port,
      name,
      ended: 0,
      end() {
        server.ended += 1;
        listener.stop(true);
      },
    };
    opened.push(server);
    return server;
  };
}

async function connect(port: number): Promise<{ readonly socket: Bun.Socket; readonly heard: () => string }> {
  let text = "";
  const named = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, bytes) => {
        text += bytes.toString();
        named.resolve();
      },
      close: () => named.reject(new Error("closed")),
    },
  });
  await named.promise;
  return { socket, heard: () => text };
}

const open = (name: string, port = 0) =>
  ReplaceablePort.open({ service: "TEST", addresses: ["127.0.0.1"], port, open: opening(name) });

describe("ReplaceablePort", () => {
  test("sends every new connection to the newest server, and leaves open ones to theirs", async () => {
    const place = await open("0");
    const clients = [await connect(place.port)];
    for (let round = 1; round <= 3; round += 1) {
      await place.replace(opening(`${round}`));
      const fresh = await Promise.all(Array.from({ length: 20 }, () => connect(place.port)));
      expect(new Set(fresh.map(({ heard }) => heard()))).toEqual(new Set([`${round}\n`]));
      for (const { socket } of fresh.slice(1)) socket.terminate();
      clients.push(...fresh.slice(0, 1));
    }
    for (const { socket, heard } of clients) {
      const before = heard();
      socket.write("still there");
      await until(() => heard() !== before);
    }
    await place.stop();
    expect(opened.map(({ ended }) => ended)).toEqual([1, 1, 1, 1]);
  });

  test("keeps the old server where the new one cannot be opened", async () => {
    const place = await open("old");
    const failing = () => {
      throw new Error("no");
    };
    expect(place.replace(failing)).rejects.toThrow("no");
    expect((await connect(place.port)).heard()).toBe("old\n");
    await place.replace(opening("new"));
    expect((await connect(place.port)).heard()).toBe("new\n");
    await place.stop();
  });

  test("does not share a port with another program, even one that would", async () => {
    const other = await new Promise<Server>((resolve) => {
      const server = createServer().listen({ host: "127.0.0.1", port: 0, reusePort: true }, () => resolve(server));
    });
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(open("second", port)).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining(`TEST port ${port} on 127.0.0.1 is in use`),
    });
    other.close();
  });

  test("touches no descriptor after its end", async () => {
    const place = await open("first");
    await place.replace(opening("second"));
    await place.stop();
    // takes the descriptors that were given back, before the hand-over would have been over
    const next = await open("next");
    const other = await open("other");
    // the second waits until a hand-over that began later than ours is over
    for (const name of ["one", "two"]) await other.replace(opening(name));
    await other.stop();
    expect((await connect(next.port)).heard()).toBe("next\n");
    await next.stop();
  });
});
