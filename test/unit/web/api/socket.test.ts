import { afterEach, expect, test } from "bun:test";
import type { ServerWebSocket } from "bun";
import { createLink, type Link, type Message } from "../../../../src/web/api/socket.ts";
import { until } from "../../../support/until.ts";

const links: Link[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.stop();
});

/** A server of the protocol's form; `answer` to every message. */
function serve(answer: (message: Message, socket: ServerWebSocket) => Message | undefined, port = 0) {
  const sockets = new Set<ServerWebSocket>();
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    fetch: (request, bun) => (bun.upgrade(request) ? undefined : new Response(null, { status: 400 })),
    websocket: {
      open: (socket) => void sockets.add(socket),
      message(socket, text) {
        const message = JSON.parse(String(text));
        const told = answer(message, socket);
        if (told !== undefined) socket.send(JSON.stringify({ ...told, id: message.id }));
      },
    },
  });
  return { server, sockets, url: `ws://127.0.0.1:${server.port}/api/v1` };
}

function connect(url: string) {
  const heard = { opened: 0, values: [] as Message[], events: [] as Message[], ended: 0 };
  const link = createLink(url, {
    onOpen: () => {
      heard.opened += 1;
    },
    onValues: (values) => heard.values.push(values),
    onEvent: (event) => heard.events.push(event),
    onLoginEnded: () => {
      heard.ended += 1;
    },
  });
  links.push(link);
  link.start();
  return { link, heard };
}

test("answers go to who asked, in any order; errors are the server's sentence", async () => {
  await using front = serve(({ get }) =>
    get === "*" ? { brightness: 5 } : { error: "Invalid value", key: "gain", message: "Value must be less" },
  ).server;
  const { link, heard } = connect(`ws://127.0.0.1:${front.port}/`);
  await until(() => heard.opened === 1);
  const [good, bad] = await Promise.allSettled([link.request({ get: "*" }), link.request({ gain: 900 })]);
  expect(good).toEqual({ status: "fulfilled", value: { brightness: 5 } });
  expect(bad.status === "rejected" && bad.reason.failure).toMatchObject({
    ...{ code: "INVALID_VALUE", key: "gain", sentence: "Value must be less" },
  });
});

test("what nobody asked for is values or an event", async () => {
  const { server, sockets, url } = serve(() => undefined);
  await using _front = server;
  const { heard } = connect(url);
  await until(() => sockets.size === 1);
  for (const socket of sockets)
    for (const each of [{ fps: 5 }, { event: "motion-start", time: 1, data: {} }, { error: "Rate limit exceeded" }])
      socket.send(JSON.stringify(each));
  await until(() => heard.events.length === 1);
  expect(heard).toMatchObject({ values: [{ fps: 5 }], events: [{ event: "motion-start" }] });
});

test("a lost connection fails what was asked, and is made again by itself", async () => {
  const first = serve(() => undefined);
  const { port } = first.server;
  const { link, heard } = connect(first.url);
  await until(() => heard.opened === 1);
  const asked = link.request({ get: "*" }).catch((error) => error.failure.code);
  for (const socket of first.sockets) socket.terminate();
  await first.server.stop(true);
  expect(await asked).toBe("NETWORK");
  expect(link.state.value).toBe("waiting");
  expect(await link.request({ get: "*" }).catch((error) => error.failure.code)).toBe("NETWORK");
  const second = serve(() => ({}), port);
  await until(() => heard.opened === 2);
  expect(link.state.value).toBe("open");
  await second.server.stop(true);
});

test("a login that ended is told, and a stop stays stopped", async () => {
  const { server, sockets, url } = serve(() => undefined);
  await using _front = server;
  const { link, heard } = connect(url);
  await until(() => sockets.size === 1);
  for (const socket of sockets) socket.close(4401, "login ended");
  await until(() => heard.ended === 1);
  link.stop();
  expect(link.state.value).toBe("off");
});
