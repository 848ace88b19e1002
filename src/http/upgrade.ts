import type { ServerWebSocket, WebSocketHandler } from "bun";
import type { SocketHandlers } from "./route.ts";

/** Larger frames close the connection with 1009 (contract websocket.md). */
const MAX_FRAME_BYTES = 1024 * 1024;
/** Bun pings before this and ends connections that stay silent. */
const IDLE_TIMEOUT_SECONDS = 30;
/** More than any owner lets pile up: what Bun would drop silently beyond it must never come to pass. */
const BACKPRESSURE_BYTES = 16 * 1024 * 1024;

/** What an upgraded connection carries. */
export interface SocketEvents {
  open(socket: ServerWebSocket<SocketEvents>): void;
  message(message: string | Uint8Array): void;
  drain(): void;
  close(): void;
}

/** Bun's WebSockets on every listener: each event goes to what its connection carries. Uncompressed: messages are small and latency counts. */
export const WEBSOCKETS = {
  maxPayloadLength: MAX_FRAME_BYTES,
  idleTimeout: IDLE_TIMEOUT_SECONDS,
  backpressureLimit: BACKPRESSURE_BYTES,
  closeOnBackpressureLimit: true,
  sendPings: true,
  perMessageDeflate: false,
  open: (socket) => socket.data.open(socket),
  message: (socket, message) => socket.data.message(message),
  drain: (socket) => socket.data.drain(),
  close: (socket) => socket.data.close(),
} as const satisfies WebSocketHandler<SocketEvents>;

/** Hands the events of one connection to a route's handlers. */
export function socketEvents(handlers: SocketHandlers): SocketEvents {
  return {
    open: (socket) =>
      handlers.open({
        send: (text) => void socket.send(text),
        get bufferedBytes() {
          return socket.getBufferedAmount();
        },
        close: (code, reason) => socket.close(code, reason),
        terminate: () => socket.terminate(),
      }),
    message: (message) => handlers.message(typeof message === "string" ? message : undefined),
    drain: () => handlers.drain(),
    close: () => handlers.close(),
  };
}
