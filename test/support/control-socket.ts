import type { TestServer } from "./server.ts";
import { until } from "./until.ts";

/** A client of a demo's WebSocket, logged in as its administrator. Disposing it closes it. */
export interface ControlSocket extends Disposable {
  /** Every message it got. */
  readonly heard: readonly Readonly<Record<string, unknown>>[];
  /** Sends a message and waits for what comes next. */
  ask(message: object): Promise<void>;
}

/** Connects one. */
export async function openControlSocket(server: Pick<TestServer, "http">): Promise<ControlSocket> {
  const socket = new WebSocket(`${server.http.replace("http", "ws")}/api/v1`);
  const heard: Record<string, unknown>[] = [];
  socket.onmessage = ({ data }) => void heard.push(JSON.parse(String(data)));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const ask = async (message: object) => {
    const before = heard.length;
    socket.send(JSON.stringify(message));
    await until(() => heard.length > before);
  };
  await ask({ username: "admin", password: "password" });
  return { heard, ask, [Symbol.dispose]: () => socket.close() };
}
