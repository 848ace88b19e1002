import { describe, expect, test } from "bun:test";
import { type CameraFacts, judgeCameras, judgeEncoders, type NodeFacts } from "../../../src/cli/doctor/cameras.ts";
import { type Chapter, canServe, reportText } from "../../../src/cli/doctor/finding.ts";
import {
  judgeClock,
  judgeConfiguration,
  judgeNetwork,
  judgeStorage,
  type PortFacts,
} from "../../../src/cli/doctor/machine.ts";

const CAMERA: NodeFacts = {
  path: "/dev/video0",
  id: "usb-046d:0825-video-index0",
  name: "HD Webcam",
  kind: "camera",
  opensForVideoGroup: true,
  driver: "uvcvideo",
  modes: [
    { format: "YUYV", width: 640, height: 480, fps: 30, readable: true },
    { format: "YUYV", width: 1280, height: 720, fps: 10, readable: true },
    { format: "MJPG", width: 1920, height: 1080, fps: 30, readable: true },
  ],
  holders: [],
};
const NOBODY: CameraFacts = {
  nodes: [],
  sources: [{ name: "auto", asked: undefined }],
  user: "ana",
  inVideoGroup: false,
  driverless: [],
};
const PORT: PortFacts = {
  service: "RTSP",
  address: "0.0.0.0",
  port: 554,
  transport: "tcp",
  outcome: "free",
  holder: undefined,
};

function textOf(chapter: Chapter): string {
  return reportText([chapter]);
}

describe("cameras", () => {
  test("one that works is named with its best modes and chosen", () => {
    const text = textOf(judgeCameras({ ...NOBODY, nodes: [CAMERA] }));
    expect(text).toContain("ok       /dev/video0 HD Webcam (driver uvcvideo, id usb-046d:0825-video-index0)");
    expect(text).toContain("YUYV up to 1280x720 at 10 fps; MJPG up to 1920x1080 at 30 fps.");
    expect(text).toContain("/dev/video0 will be used");
    expect(text).toContain("nothing to mend");
  });

  test("none: the test source stands in, which is a problem but no reason not to serve", () => {
    const chapter = judgeCameras(NOBODY);
    expect(textOf(chapter)).toContain(
      "PROBLEM  No camera found; the built-in test source will stand in.\n           → Plug one in",
    );
    expect(canServe([chapter])).toBe(true);
  });

  test("those that may not be opened come with the exact line that mends them all", () => {
    const first: NodeFacts = { ...CAMERA, kind: "denied", modes: [] };
    const nodes = [first, { ...first, path: "/dev/video2", name: "Other" }];
    expect(textOf(judgeCameras({ ...NOBODY, nodes }))).toContain(
      "PROBLEM  /dev/video0 (HD Webcam), /dev/video2 (Other): ana may not open them, not being in the group video.\n           → sudo usermod -aG video ana ",
    );
    const closed = nodes.map((node) => ({ ...node, opensForVideoGroup: false }));
    const text = textOf(judgeCameras({ ...NOBODY, nodes: closed }));
    expect(text).toContain("sudo chgrp video /dev/video0 /dev/video2 && sudo chmod 660 /dev/video0 /dev/video2");
    expect(text).not.toContain("usermod");
  });

  test("one that is open elsewhere names the program", () => {
    const node: NodeFacts = { ...CAMERA, holders: ["cheese (pid 812)"] };
    expect(textOf(judgeCameras({ ...NOBODY, nodes: [node] }))).toContain(
      "PROBLEM  /dev/video0 is open in cheese (pid 812)",
    );
  });

  test("one without a driver, or without a readable format", () => {
    expect(textOf(judgeCameras({ ...NOBODY, driverless: ["HD Webcam"] }))).toContain("→ sudo modprobe uvcvideo");
    const node: NodeFacts = {
      ...CAMERA,
      modes: [{ format: "pRAA", width: 640, height: 480, fps: 30, readable: false }],
    };
    expect(textOf(judgeCameras({ ...NOBODY, nodes: [node] }))).toContain(
      "no format that can be read (it offers pRAA up to 640x480",
    );
  });

  test("a source that was asked for and is not there is a problem, not the end: it may be plugged in; the others are named", () => {
    const facts = { ...NOBODY, nodes: [CAMERA] };
    expect(canServe([judgeCameras({ ...facts, sources: [{ name: "/dev/video7", asked: undefined }] })])).toBe(true);
    expect(textOf(judgeCameras({ ...facts, sources: [{ name: "/dev/video7", asked: undefined }] }))).toContain(
      "Plug it in, or choose one of: /dev/video0, auto, test.",
    );
    expect(canServe([judgeCameras({ ...facts, sources: [{ name: "/dev/v4l/by-id/any", asked: CAMERA.path }] })])).toBe(
      true,
    );
    const both = [
      { name: CAMERA.path, asked: CAMERA.path },
      { name: "/dev/video7", asked: undefined },
    ];
    const told = textOf(judgeCameras({ ...facts, sources: both }));
    expect(told).toContain("/dev/video0 is asked for and will be used.");
    expect(told).toContain("--source /dev/video7 is no camera that can be used now");
    expect(canServe([judgeCameras({ ...facts, sources: [{ name: "test", asked: undefined }] })])).toBe(true);
  });

  test("encoders: what is chosen, and what is there but not used yet", () => {
    const codec: NodeFacts = {
      ...CAMERA,
      path: "/dev/video11",
      name: "bcm2835-codec-encode",
      kind: "encoder",
      modes: [],
    };
    const text = textOf(judgeEncoders({ ...NOBODY, nodes: [codec] }));
    expect(text).toContain("OpenH264 in software, built in: chosen");
    expect(text).toContain(
      "/dev/video11 (bcm2835-codec-encode) is a hardware codec; this version does not use it yet.",
    );
  });
});

test("configuration: the file, and what it warns of", () => {
  expect(textOf(judgeConfiguration(undefined, []))).toContain("ok       No file; defaults, environment and flags.");
  const text = textOf(judgeConfiguration("/etc/rotordream/rotordream.toml", ["No right to bind."]));
  expect(text).toContain("ok       /etc/rotordream/rotordream.toml is right.");
  expect(text).toContain("PROBLEM  No right to bind.");
});

describe("ports", () => {
  const judge = (port: Partial<PortFacts>) =>
    judgeNetwork({
      ports: [{ ...PORT, ...port }],
      loopbackOnly: false,
      discoveryPort: undefined,
      firewall: "none-found",
      executable: "/opt/rotordream",
    });

  test.each([
    ["free", true, "RTSP port 554/tcp on 0.0.0.0 is free."],
    ["in-use", false, "in use by another program (run doctor with sudo to learn which)"],
    ["forbidden", false, "sudo setcap cap_net_bind_service=+ep /opt/rotordream"],
    ["no-address", false, "0.0.0.0 is no address of this machine"],
    ["no-ipv6", true, "no IPv6"],
  ] as const)("%s", (outcome, serves, expected) => {
    expect(canServe([judge({ outcome })])).toBe(serves);
    expect(textOf(judge({ outcome }))).toContain(expected);
  });

  test("who holds it is named with the flag that avoids it", () => {
    const text = textOf(judge({ outcome: "in-use", holder: "mediamtx (pid 7)" }));
    expect(text).toContain("FATAL    RTSP port 554/tcp on 0.0.0.0 is in use by mediamtx (pid 7).");
    expect(text).toContain("--rtsp-port N");
  });

  test("firewalls get the line that opens the ports; loopback needs none", () => {
    const facts = {
      ports: [
        PORT,
        { ...PORT, service: "HTTP", port: 80 },
        PORT,
        { ...PORT, service: "WebRTC", port: 8189 },
        { ...PORT, service: "WebRTC", port: 8189, transport: "udp" as const },
      ],
      loopbackOnly: false,
      discoveryPort: 3702,
      executable: "/opt/rotordream",
    };
    expect(textOf(judgeNetwork({ ...facts, firewall: "ufw" }))).toContain(
      "sudo ufw allow 554,80,8189/tcp && sudo ufw allow 8189,3702/udp",
    );
    expect(textOf(judgeNetwork({ ...facts, discoveryPort: undefined, firewall: "ufw" }))).toMatch(/allow 8189\/udp$/m);
    expect(textOf(judgeNetwork({ ...facts, firewall: "firewalld" }))).toContain(
      "--add-port=554/tcp --add-port=80/tcp --add-port=8189/tcp --add-port=8189/udp --add-port=3702/udp",
    );
    expect(textOf(judgeNetwork({ ...facts, firewall: "none-found" }))).toContain(
      "8189/tcp, 8189/udp, 3702/udp must get",
    );
    expect(textOf(judgeNetwork({ ...facts, firewall: "ufw", loopbackOnly: true }))).not.toContain("ufw");
  });
});

describe("storage", () => {
  const facts = {
    folder: "/data/rd",
    existing: "/data",
    writable: true,
    freeBytes: 5e9,
    totalBytes: 1e10,
    minFreeBytes: 1e9,
  };

  test("room and rights", () => {
    expect(textOf(judgeStorage(facts))).toContain("/data/rd will be made.");
    expect(textOf(judgeStorage(facts))).toContain("5.0 GB of 10.0 GB free.");
  });

  test("neither", () => {
    expect(canServe([judgeStorage({ ...facts, writable: false })])).toBe(false);
    const full = judgeStorage({ ...facts, freeBytes: 1e8 });
    expect(canServe([full])).toBe(true);
    expect(textOf(full)).toContain("0.1 GB of 10.0 GB free; recording needs 1.0 GB to stay free.");
  });
});

describe("clock", () => {
  const nowMs = Date.UTC(2026, 10, 22, 9, 30);

  test.each([
    [true, nowMs, "ok       Synchronized; 2026-11-22 09:30:00 UTC."],
    [false, nowMs, "PROBLEM  The kernel says the clock is not synchronized"],
    [undefined, nowMs, "note     It cannot be told"],
    [true, 0, "PROBLEM  The clock says 1970-01-01 00:00:00 UTC, which is wrong."],
  ])("%p at %p", (synchronized, at, expected) => {
    expect(textOf(judgeClock({ synchronized, nowMs: at }))).toContain(expected);
  });
});

test("the verdict counts", () => {
  const chapter: Chapter = {
    title: "T",
    findings: [
      { state: "problem", text: "a" },
      { state: "problem", text: "b" },
      { state: "note", text: "c" },
    ],
  };
  expect(reportText([chapter])).toEndWith("RotorDream can serve; 2 things to mend.\n");
  const fatal: Chapter = { title: "T", findings: [{ state: "fatal", text: "d" }] };
  expect(reportText([chapter, fatal])).toEndWith("RotorDream cannot serve like this: mend what is marked FATAL.\n");
});
