import { expect, test } from "bun:test";
import { signal } from "@preact/signals";
import { createControl } from "../../../../src/web/api/control.ts";
import type { Session } from "../../../../src/web/api/session.ts";
import { until } from "../../../support/until.ts";

/** A camera whose answers to `get *` come from here, and the page's connection to it. */
function connect(answers: readonly object[]) {
  let asked = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, bun) => (bun.upgrade(request) ? undefined : new Response(null, { status: 400 })),
    websocket: {
      message(socket, text) {
        const { id, get } = JSON.parse(String(text));
        if (get !== "*") return;
        socket.send(JSON.stringify({ id, ...answers[Math.min(asked, answers.length - 1)] }));
        asked += 1;
      },
    },
  });
  const viewer = signal<unknown>({ user: "admin", permissions: new Set(["Device_r"]), mustChangePassword: false });
  const session = { viewer, hasEnded: signal(false), recheck: async () => undefined } as unknown as Session;
  const control = createControl(session, `ws://127.0.0.1:${server.port}/`);
  return {
    control,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      viewer.value = undefined; // nobody is connected
      await server.stop(true);
    },
  };
}

test("a camera that has no time for all settings is asked again, and none counts as unsupported meanwhile", async () => {
  await using front = connect([{ error: "Rate limit exceeded", retry_after: 0.05 }, { brightness: 5 }]);
  const { settings } = front.control;
  await until(() => front.asked() === 1);
  expect(settings.isKnown.value).toBe(false);
  await until(() => settings.isKnown.value);
  expect([settings.value("brightness").value, front.asked()]).toEqual([5, 2]);
});

test("who may read nothing has no settings", async () => {
  await using front = connect([{ error: "Permission denied" }]);
  await until(() => front.control.settings.isKnown.value);
  expect(front.control.settings.value("brightness").value).toBeUndefined();
});
