import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { createLog } from "../../../src/core/log.ts";
import { systemScheduler } from "../../../src/core/scheduler.ts";
import { RtspServer } from "../../../src/rtsp/server.ts";
import type { RtspServices } from "../../../src/rtsp/services.ts";
import { SessionTable } from "../../../src/rtsp/session-table.ts";
import { createManualClock } from "../../support/manual-clock.ts";

describe("RtspServer", () => {
  test("tells of a defect that ends a connection", async () => {
    const clock = createManualClock();
    const errors: string[] = [];
    const services = {
      clock,
      scheduler: systemScheduler,
      authenticator: { onRightsChanged: () => () => {} },
      log: createLog({ level: "error", write: (_level, _module, message) => void errors.push(message) }, "rtsp"),
      createNonceStore: () => {
        throw new Error("defect");
      },
    };
    const server = new RtspServer(services as unknown as RtspServices, new SessionTable(clock, () => 0));
    const { port } = server.listen("127.0.0.1", 0);
    try {
      const closed = Promise.withResolvers<void>();
      connect(port, "127.0.0.1").on("close", () => closed.resolve());
      await closed.promise;
      expect(errors).toEqual(["a connection failed by our fault"]);
    } finally {
      server.stop();
    }
  });
});
