import { AppError } from "../../core/errors.ts";
import { type Route, route, type SocketHandlers, Upgrade, type Visit } from "../../http/route.ts";
import type { ControlConnection } from "./connection.ts";
import type { ControlService } from "./service.ts";

/** The WebSocket API. */
export function controlRoutes(control: ControlService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1",
      access: "open",
      rate: "api",
      takesUrlToken: true,
      tag: "control",
      summary: "WebSocket for settings, state and events; see the WebSocket documentation",
      success: { status: 101 },
      errors: ["upgrade-required", "limit-reached"],
      answer: (visit) => {
        if (visit.headers.get("upgrade")?.toLowerCase() !== "websocket")
          throw new AppError("upgrade-required", "This is a WebSocket; connect with ws:// or wss://");
        if (control.isFull) {
          throw new AppError("limit-reached", "Too many WebSocket connections are open; close one and try again");
        }
        return new Upgrade(handlersOf(control, visit));
      },
    }),
  ];
}

function handlersOf(
  control: ControlService,
  { identity, address, isSecure }: Visit<unknown, unknown, unknown>,
): SocketHandlers {
  let connection: ControlConnection | undefined;
  return {
    open: (socket) => {
      connection = control.open({ identity, address, isSecure }, socket);
    },
    message: (text) => connection?.receive(text),
    drain: () => connection?.onDrain(),
    close: () => {
      if (connection !== undefined) control.close(connection);
    },
  };
}
