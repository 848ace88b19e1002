import { expect, test } from "bun:test";
import { RequestError } from "../../../../../src/web/api/request-error.ts";
import { en } from "../../../../../src/web/text/en.ts";
import { type Evidence, findings } from "../../../../../src/web/views/live/findings.ts";
import type { LiveFailure } from "../../../../../src/web/views/live/live-video.ts";

const camera = { id: "cam1", model: "C920", state: "online", substitute: false };
const said = (state: Evidence["state"], status?: object) =>
  findings({ state, status: status as Evidence["status"] }, en).join(" | ");
const failed = (failure: LiveFailure) => ({ kind: "fallback", failure }) as const;
const refused = (code: string) => failed({ kind: "refused", error: new RequestError({ code, sentence: "no" }) });

test("each reason is a sentence with what to do", () => {
  const { why } = en.live;
  expect(said({ kind: "playing" }, { cameras: [camera] })).toBe(why.good);
  expect(said({ kind: "playing" })).toBe(why.away);
  expect(said({ kind: "playing" }, { cameras: [{ ...camera, state: "offline", problem: "unplugged" }] })).toBe(
    why.offline("C920", " (unplugged)"),
  );
  expect(said({ kind: "playing" }, { cameras: [{ ...camera, state: "stalled" }] })).toBe(why.stalled("C920"));
  expect(said({ kind: "playing" }, { cameras: [camera], warnings: ["storage is full"] })).toBe(
    why.warning("storage is full"),
  );
  expect(said(refused("VIEWER_LIMIT"), { cameras: [camera] })).toBe(why.viewers);
  expect(said(refused("NO_COMMON_CODEC"), { cameras: [camera] })).toBe(why.codec);
  expect(said(failed({ kind: "no-picture", state: "connecting", why: ["timeout"] }), { cameras: [camera] })).toBe(
    `${why.blocked("8189")} | ${why.failed("timeout")}`,
  );
  expect(said({ kind: "starting" }, { running: true })).toBe(why.hidden);
});
