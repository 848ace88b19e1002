import type { ServerWebSocket } from "bun";
import type { SocketHandlers } from "./route.ts";

/** Larger frames close the connection with 1009 (contract websocket.md). */
const MAX_FRAME_BYTES = 1024 * 1024;
/** Bun pings before this and ends connections that stay silent. */
const IDLE_TIMEOUT_SECONDS = 30;
/** More than any owner lets pile up: what Bun would drop silently beyond it must never come to pass. */
const BACKPRESSURE_BYTES = 16 * 1024 * 1024;

/** Options of Bun's WebSockets, for every listener. Uncompressed: messages are small and latency counts. */
export const WEBSOCKET_OPTIONS = {
  maxPayloadLength: MAX_FRAME_BYTES,
  idleTimeout: IDLE_TIMEOUT_SECONDS,
  backpressureLimit: BACKPRESSURE_BYTES,
  closeOnBackpressureLimit: true,
  sendPings: true,
  perMessageDeflate: false,
} as const;

/** What an upgraded connection carries: Elysia hands each event of Bun's WebSocket to the member of that name. */
export function websocketHandlers(handlers: SocketHandlers) {
  return {
    open: (socket: ServerWebSocket<unknown>) =>
      handlers.open({
        send: (text) => void socket.send(text),
        get bufferedBytes() {
          return socket.getBufferedAmount();
        },
        close: (code, reason) => socket.close(code, reason),
        terminate: () => socket.terminate(),
      }),
    message: (_: unknown, message: string | Uint8Array) =>
      handlers.message(typeof message === "string" ? message : undefined),
    drain: () => handlers.drain(),
    close: () => handlers.close(),
  };
}
