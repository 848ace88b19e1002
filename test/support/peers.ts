import { existsSync, globSync } from "node:fs";
import type { SystemPackage } from "../../native/system-packages.ts";
import { hasOnvifPeers, ONVIF_PEERS_REMEDY } from "./onvif-peers.ts";
import { SCHEMATHESIS, SCHEMATHESIS_REMEDY } from "./schemathesis.ts";

/** A foreign program that tests judge us by. */
export interface Peer {
  readonly packages: readonly SystemPackage[];
  /** Why Debian 12 has no package of it: tests that need it are skipped where it is missing, in CI too. */
  readonly unpackaged?: string;
  /** The line that installs it, where that is not apt-get's. */
  readonly remedy?: string;
  readonly isThere: () => boolean;
}

/** Every peer by the name that tests use. */
export const PEERS = {
  ffmpeg: peer("ffmpeg", "plays and records streams in tests", hasProgram("ffmpeg", "ffprobe")),
  curl: peer("curl", "asks the HTTP API in tests", hasProgram("curl")),
  openssl: peer("openssl", "connects to the TLS ports in tests", hasProgram("openssl")),
  gstreamer: {
    packages: [
      { name: "gstreamer1.0-tools", purpose: "plays streams in tests" },
      { name: "gstreamer1.0-plugins-base", purpose: "GStreamer's converters" },
      { name: "gstreamer1.0-plugins-good", purpose: "GStreamer's RTSP client" },
      { name: "gstreamer1.0-plugins-bad", purpose: "GStreamer's H.264 parser" },
      { name: "gstreamer1.0-libav", purpose: "GStreamer's H.264 decoder" },
    ],
    isThere: () => hasProgram("gst-launch-1.0")() && globSync("/usr/lib/*/gstreamer-1.0/libgstrtsp.so").length > 0,
  },
  vlc: {
    packages: [],
    unpackaged: "Debian 12 builds VLC without its RTSP client: install VLC with liblive555_plugin.so",
    isThere: () => hasProgram("cvlc")() && hasVlcPlugin("access/liblive555_plugin.so"),
  },
  opencv: peer(
    "python3-opencv",
    "plays streams in tests",
    () => globSync("/usr/lib/python3/dist-packages/cv2*.so").length > 0,
  ),
  chromium: peer("chromium", "shows pages and plays live video in tests", hasProgram("chromium")),
  python: peer("python3-minimal", "runs clients and the software USB camera in tests", hasProgram("python3")),
  websockets: peer("python3-websockets", "talks to the WebSocket API in tests", () =>
    existsSync("/usr/lib/python3/dist-packages/websockets"),
  ),
  go: peer("golang-go", "runs the example in Go", hasProgram("go")),
  java: peer("default-jdk-headless", "runs the example in Java", hasProgram("java")),
  prometheus: peer("python3-prometheus-client", "reads the metrics in tests", () =>
    existsSync("/usr/lib/python3/dist-packages/prometheus_client"),
  ),
  schemathesis: {
    packages: [{ name: "python3-venv", purpose: "holds Schemathesis, which tries the HTTP API by its document" }],
    remedy: SCHEMATHESIS_REMEDY,
    isThere: () => existsSync(SCHEMATHESIS),
  },
  jq: peer("jq", "reads JSON as documented commands do", hasProgram("jq")),
  v4l2: peer("v4l-utils", "asks camera drivers in tests", hasProgram("v4l2-ctl")),
  strace: peer("strace", "counts system calls in tests", hasProgram("strace")),
  xz: peer("xz-utils", "unpacks the throw-away kernel", hasProgram("xz")),
  aiortc: peer("python3-aiortc", "plays live video in tests as a WebRTC client of others", () =>
    existsSync("/usr/lib/python3/dist-packages/aiortc"),
  ),
  onvif: {
    packages: [], // python3-venv is Schemathesis's too
    remedy: ONVIF_PEERS_REMEDY,
    isThere: hasOnvifPeers,
  },
  lxml: peer("python3-lxml", "checks ONVIF's answers against its schemas", () =>
    existsSync("/usr/lib/python3/dist-packages/lxml"),
  ),
  coturn: peer("coturn", "relays live video in tests", hasProgram("turnserver")),
  nft: peer("nftables", "loses packets in tests", hasProgram("nft")),
  ip: peer("iproute2", "sets up networks in tests", hasProgram("ip")),
} as const satisfies Readonly<Record<string, Peer>>;

export type PeerName = keyof typeof PEERS;

/** What `run test` installs: enough to judge streams by decoded pixels. */
export const TEST_PACKAGES: readonly SystemPackage[] = [
  ...PEERS.ffmpeg.packages,
  ...PEERS.curl.packages,
  ...PEERS.openssl.packages,
];

/** What CI installs. */
export const PEER_PACKAGES: readonly SystemPackage[] = Object.values(PEERS).flatMap((one: Peer) => one.packages);

function peer(name: string, purpose: string, isThere: () => boolean): Peer {
  return { packages: [{ name, purpose }], isThere };
}

function hasProgram(...programs: readonly string[]): () => boolean {
  return () => programs.every((program) => Bun.which(program) !== null || existsSync(`/usr/sbin/${program}`));
}

function hasVlcPlugin(path: string): boolean {
  const folders = ["/usr/lib/*/vlc/plugins", ...(process.env.VLC_PLUGIN_PATH ?? "").split(":")];
  return folders.some((folder) => globSync(`${folder}/${path}`).length > 0);
}
