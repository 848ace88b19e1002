import { afterAll, describe, expect, test } from "bun:test";
import { Library, SecureEgress } from "bun-ffi-v4l2";
import { ViewerAdaptation } from "../../../../src/modules/webrtc/viewer-adaptation.ts";
import { viewerOf } from "../../../support/secure-viewers.ts";

const egress = SecureEgress.create(Library.open());
afterAll(() => egress.destroy());

const RATES = { mainKbps: 4000, subKbps: 500 };
const QUIET = { transport: [], report: undefined, nacked: new Uint16Array(), wantsKeyframe: false, bye: false };

/** A viewer whose browser tells what it believes that the path carries, and nothing else (REMB). */
function rembViewer(abilities = { hasFeedback: false, canRepeat: false }) {
  const adaptation = new ViewerAdaptation(egress, egress.add(viewerOf(7, "a")), { ...abilities, repeat: () => {} }, 0);
  let nowMs = 0;
  return {
    adaptation,
    budget: () => adaptation.budgetKbps(4000, nowMs),
    /** Whether it has the main stream after this time. */
    run(forMs: number, rembKbps?: number): boolean {
      let isOnMain = true;
      for (const end = nowMs + forMs; nowMs < end; nowMs += 50) {
        adaptation.note({ ...QUIET, remb: rembKbps === undefined ? undefined : rembKbps * 1000 }, nowMs);
        adaptation.observe(nowMs, isOnMain);
        isOnMain = adaptation.wantsMain({ nowMs, ...RATES });
      }
      return isOnMain;
    },
  };
}

describe("a viewer's say in the main stream's bitrate", () => {
  test("is what its path carries while it has that stream", () => {
    const viewer = rembViewer();
    expect(viewer.run(2000, 10_000)).toBe(true);
    expect(viewer.budget()).toBe(8500);
  });

  test("goes on for a while after it was moved to stream2, so that it can come back, and then holds nobody back", () => {
    const viewer = rembViewer();
    expect(viewer.run(1000, 2000)).toBe(false);
    expect(viewer.budget()).toBe(1700);
    viewer.run(17_000, 400);
    expect(viewer.budget()).toBe(340);
    viewer.run(3000, 400);
    expect(viewer.budget()).toBe("none");
    expect(viewer.run(5000, 10_000)).toBe(true);
    expect(viewer.budget()).toBe(8500);
  });

  test("is unknown where the browser tells nothing, and what was asked for before feedback has come", () => {
    const silent = rembViewer();
    silent.run(5000);
    expect(silent.budget()).toBe("unknown");
    expect(rembViewer({ hasFeedback: true, canRepeat: true }).budget()).toBe(4000);
  });
});
