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
  const clock = createManualClock();
  return { sent, socket, clock, outbox: new Outbox(socket, clock) };
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

test("a client that takes little, but goes on, is slow and not stalled, whatever is added meanwhile", () => {
  const { socket, clock, outbox } = setUp();
  socket.bufferedBytes = 1_000_000;
  socket.send = (text) => {
    socket.bufferedBytes += text.length;
    return 0;
  };
  for (let second = 0; second < 100; second += 1) {
    clock.advanceMs(1000);
    if (second % 20 === 0) socket.bufferedBytes -= 10;
    outbox.answer({ something: "longer than what was taken" });
    expect(outbox.isStalled).toBe(false);
  }
  clock.advanceMs(10_999);
  expect(outbox.isStalled).toBe(false);
  clock.advanceMs(1000);
  outbox.answer({});
  expect(outbox.isStalled).toBe(true);
  socket.bufferedBytes -= 1;
  expect(outbox.isStalled).toBe(false);
});
