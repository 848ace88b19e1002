import { expect, test } from "bun:test";
import type { PtzCommand } from "../../../../../src/settings/keys.ts";
import { createSteering, type Steering, steerByKeys } from "../../../../../src/web/views/live/steering.ts";
import { until } from "../../../../support/until.ts";

function steered(order: (command: PtzCommand) => Promise<unknown> = async () => undefined) {
  const orders: PtzCommand[] = [];
  const errors: unknown[] = [];
  const steering = createSteering(
    (command) => {
      orders.push(command);
      return order(command);
    },
    (error) => errors.push(error),
  );
  return { steering, orders, errors };
}

test("a movement is ordered again and again, each with a time-out, until it is stopped once", async () => {
  const { steering, orders } = steered();
  steering.move({ pan: 0.5 });
  await until(() => orders.length === 3);
  steering.stop();
  steering.stop();
  expect(orders).toEqual([...Array(3).fill({ move: { pan: 0.5, timeout: 1000 } }), { stop: true }]);
});

test("what is refused is told once, and not asked again", async () => {
  const { steering, orders, errors } = steered(() => Promise.reject(new Error("no")));
  steering.move({ pan: 1 });
  await until(() => errors.length === 1);
  steering.stop();
  expect([orders.length, errors.length]).toEqual([1, 1]);
});

test("keys add up, and the last one let go stops", () => {
  const moves: unknown[] = [];
  const steering = {
    move: (speeds: unknown) => moves.push(speeds),
    stop: () => moves.push("stop"),
  } as unknown as Steering;
  const keys = steerByKeys(() => steering);
  const key = (name: string, more = {}) => ({ key: name, shiftKey: false, repeat: false, ...more }) as KeyboardEvent;
  expect(["ArrowUp", "ArrowRight", "a"].map((name) => keys.down(key(name)))).toEqual([true, true, false]);
  keys.down(key("ArrowUp", { repeat: true }));
  keys.down(key("ArrowUp", { shiftKey: true }));
  for (const name of ["ArrowUp", "ArrowRight"]) keys.up(key(name));
  keys.leave();
  expect(moves).toEqual([
    ...[{ pan: 0, tilt: 0.5 }, { pan: 0.5, tilt: 0.5 }, { pan: 1, tilt: 1 }, { pan: 0.5, tilt: 0 }, "stop"],
  ]);
  expect(steerByKeys(() => undefined).down(key("ArrowUp"))).toBe(false);
});
