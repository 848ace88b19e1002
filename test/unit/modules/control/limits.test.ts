import { describe, expect, test } from "bun:test";
import { ADMIN, identityOf, createControlClients as setUp, VIEWER } from "../../../support/control-clients.ts";

describe("limits", () => {
  test("messages over the rate are dropped and told once a second", async () => {
    const { connect, say, advanceMs } = setUp({ messagesPerSecond: 3 });
    const { connection, sent } = connect();
    for (let count = 0; count < 8; count++) await say(connection, { get: ["brightness"] });
    advanceMs(1000);
    expect(sent.filter((message) => JSON.stringify(message).includes("error"))).toEqual([
      { error: "Rate limit exceeded", limit: 3, period: "second", retry_after: 1, dropped: 5 },
    ]);
    expect(sent).toHaveLength(4);
  });

  test("messages that have no room are dropped and counted likewise", async () => {
    const { connect, advanceMs } = setUp({ messagesPerSecond: 1000 });
    const { connection, sent } = connect();
    for (let count = 0; count < 300; count++) connection.receive('{"get":"*"}');
    await Bun.sleep(0); // the answers follow each other within this turn
    advanceMs(1000);
    expect(sent).toHaveLength(257);
    expect(sent.at(-1)).toMatchObject({ error: "Rate limit exceeded", dropped: 44 });
  });

  test("ten such seconds in a row end the connection with 1008, nine and a pause do not", async () => {
    const { connect, advanceMs } = setUp({ messagesPerSecond: 1 });
    const { connection, socket } = connect();
    const flood = () => {
      for (let count = 0; count < 3; count++) connection.receive("{}");
      advanceMs(1000);
    };
    for (let second = 0; second < 9; second++) flood();
    advanceMs(2000);
    for (let second = 0; second < 9; second++) flood();
    expect(socket.ended).toBeUndefined();
    flood();
    expect(socket.ended).toBe("1008");
  });

  test("connections", () => {
    const { service, connect, gone } = setUp();
    const { connection } = connect();
    expect(service.isFull).toBe(false);
    connect();
    expect(service.isFull).toBe(true);
    service.close(connection);
    expect(service.isFull).toBe(false);
    expect(gone).toEqual([connection.client]);
  });
});

describe("the end", () => {
  test("a login that ended or lost rights closes with 4401, others stay", () => {
    const { connect, refreshed, rightsChanged } = setUp();
    const [kept, ended] = [connect(ADMIN, "kept"), connect(ADMIN, "ended")];
    refreshed.set("ended", undefined);
    rightsChanged();
    expect([kept.socket.ended, ended.socket.ended]).toEqual([undefined, "4401"]);
    refreshed.set("kept", identityOf(VIEWER, "kept"));
    rightsChanged();
    expect(kept.socket.ended).toBe("4401");
  });

  test("a stop ends without a Close frame", () => {
    const { service, connect } = setUp();
    const { socket } = connect();
    service.stop();
    expect(socket.ended).toBe("terminated");
  });
});
