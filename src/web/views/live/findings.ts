import type { DeviceStatus } from "../../../modules/system/model.ts";
import { RequestError } from "../../api/request-error.ts";
import type { Text } from "../../text/en.ts";
import { failureSentence } from "./failure-sentence.ts";
import type { LiveReading, LiveState } from "./live-player.ts";
import type { LiveFailure } from "./live-video.ts";
import type { MediaPorts } from "./media-ports.ts";

/** Rates are measured so long after the start. */
const MEASURED_AFTER_S = 5;

/** What is known when somebody asks why there is no picture. */
export interface Evidence {
  readonly state: LiveState;
  /** How live video comes; undefined: it does not. */
  readonly reading: Pick<LiveReading, "reception" | "ports"> | undefined;
  /** Of `GET /api/status`; without rights it tells little. Undefined: the camera did not answer. */
  readonly status: (Partial<DeviceStatus> & { readonly running: true }) | undefined;
  /** The camera whose picture is asked about, and the settings that tell whether it is there, which more people may read; undefined: not known. */
  readonly mainCamera: 1 | 2;
  readonly isCameraThere: boolean | undefined;
}

type Words = Text["live"]["why"];

/** Why there is no picture, the weightiest reason first, each a sentence with what to do. */
export function findings(
  { state, reading, status, mainCamera, isCameraThere }: Evidence,
  text: Text,
): readonly string[] {
  const { why, cameras } = text.live;
  if (status === undefined) return [why.away];
  const problems = new Set(status.cameras?.flatMap(({ problem }) => problem ?? []));
  const asked = status.cameras?.filter(({ id }) => id === `cam${mainCamera}`);
  const found = [
    ...ofCameras(asked, why),
    ...ofEncoders(status, asked, why),
    ...("failure" in state ? ofFailure(state.failure, text) : []),
    ...ofWay(reading, why),
    ...(status.warnings ?? []).filter((each) => !problems.has(each)).map((each) => why.warning(each)),
    ...ofCameras(
      status.cameras?.filter(({ id }) => id !== `cam${mainCamera}`),
      why,
    ),
  ];
  if (status.cameras === undefined && isCameraThere === false)
    found.unshift(why.offline(cameras.camera(mainCamera), ""));
  if (found.length > 0) return found;
  return status.cameras === undefined && state.kind !== "playing" ? [why.hidden] : [why.good];
}

type Cameras = DeviceStatus["cameras"];

function ofCameras(cameras: Cameras = [], why: Words): readonly string[] {
  return cameras.flatMap(({ id, state, problem = "", substitute, model }) => {
    const name = model === "" ? id : model;
    if (state === "offline") return [why.offline(name, problem)];
    if (state === "stalled") return [why.stalled(name)];
    if (state === "opening") return [why.opening(name)];
    return substitute ? [why.substitute] : [];
  });
}

/** A camera that delivers and streams that stand still. */
function ofEncoders(
  { encoders = [], uptime = 0 }: Partial<DeviceStatus>,
  cameras: Cameras = [],
  why: Words,
): readonly string[] {
  if (uptime < MEASURED_AFTER_S || cameras.some(({ state }) => state !== "online")) return [];
  // a single camera's own streams rest while nobody watches them
  const still = encoders.filter(({ stream, fps }) => fps === 0 && !stream.includes("/"));
  return still.length === 0 ? [] : [why.encoder(still.map(({ stream }) => stream).join(", "))];
}

function ofFailure(failure: LiveFailure, text: Text): readonly string[] {
  const { why } = text.live;
  switch (failure.kind) {
    case "unsupported":
      return [why.unsupported];
    case "no-picture":
      return ofSilence(failure, why);
    case "broke-off":
      return [failureSentence(failure, text)];
    case "refused":
      return [ofRefusal(failure.error, why) ?? failureSentence(failure, text)];
  }
}

function ofSilence(
  { state, ports, why: reasons }: LiveFailure & { kind: "no-picture" },
  why: Words,
): readonly string[] {
  if (ports === undefined) return [why.slow];
  if (state === "playing") return [why.undecoded];
  const told = reasons.length === 0 ? [] : [why.failed(reasons.join(", "))];
  return [why.blocked(portNames(ports, why)), ...told];
}

/** Undefined: the camera's own sentence says it best. */
function ofRefusal(error: unknown, why: Words): string | undefined {
  if (!(error instanceof RequestError)) return undefined;
  const { code, permission = "" } = error.failure;
  switch (code) {
    case "NETWORK":
      return why.away;
    case "VIEWER_LIMIT":
      return why.viewers;
    case "NO_COMMON_CODEC":
      return why.codec;
    case "UNAUTHENTICATED":
      return why.loggedOut;
    case "FORBIDDEN":
      return permission === "" ? undefined : why.forbidden(permission);
    default:
      return undefined;
  }
}

/** There is a picture, though it could come by a better way. */
function ofWay(reading: Evidence["reading"], why: Words): readonly string[] {
  if (reading?.reception.transport !== "tcp") return [];
  return [why.overTcp(portNames({ udp: reading.ports?.udp ?? [], tcp: [] }, why))];
}

function portNames({ udp, tcp }: MediaPorts, why: Words): string {
  const list = (ports: readonly number[]) => ports.join(", ");
  if (udp.length > 0 && list(udp) === list(tcp)) return why.ports.both(list(udp));
  const names = [
    ...(udp.length > 0 ? [why.ports.udp(list(udp))] : []),
    ...(tcp.length > 0 ? [why.ports.tcp(list(tcp))] : []),
  ];
  return names.length === 0 ? why.ports.unknown : names.join(why.ports.and);
}
