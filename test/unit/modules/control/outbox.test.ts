import { expect, test } from "bun:test";
import { Outbox } from "../../../../src/modules/control/outbox.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

function setUp() {
  const sent: string[] = [];
  const socket = {
    bufferedBytes: 0,
    send: (text: string) => sent.push(text),
    close: () => undefined,
    terminate: () => undefined,
  };
  return { sent, socket, outbox: new Outbox(socket, createManualClock()) };
}

test("what a client asked for is not followed by an older value of the same key", () => {
  const { sent, outbox } = setUp();
  outbox.push(
    new Map([
      ["brightness", 10],
      ["contrast", 20],
    ]),
  );
  outbox.forget(["brightness"]);
  outbox.answer({ brightness: 75 });
  expect(sent).toEqual(['{"brightness":75}', '{"contrast":20}']);
});

test("a newer value does not overtake one that waits", () => {
  const { sent, socket, outbox } = setUp();
  outbox.begin();
  socket.bufferedBytes = 1e6;
  outbox.push(new Map([["brightness", 10]]));
  socket.bufferedBytes = 0;
  outbox.push(new Map([["brightness", 20]]));
  outbox.flush();
  expect(sent).toEqual(['{"brightness":20}']);
});
