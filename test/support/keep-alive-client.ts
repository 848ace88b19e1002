import { expect } from "bun:test";
import { until } from "./until.ts";

/** An HTTPS client that keeps its one connection. */
export class KeepAliveClient {
  readonly #ready = Promise.withResolvers<Bun.Socket>();
  closed = false;
  #text = "";

  constructor(port: number) {
    void Bun.connect({
      hostname: "127.0.0.1",
      port,
      tls: { rejectUnauthorized: false },
      socket: {
        // what is written before is lost
        handshake: (socket) => this.#ready.resolve(socket),
        data: (_, bytes) => {
          this.#text += bytes.toString();
        },
        close: () => {
          this.closed = true;
        },
      },
    });
  }

  async ask(): Promise<void> {
    this.#text = "";
    (await this.#ready.promise).write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(() => this.closed || this.#text.includes('"checks"'));
    expect(this.#text).toStartWith("HTTP/1.1 200");
  }

  end(): void {
    void this.#ready.promise.then((socket) => socket.end());
  }
}
