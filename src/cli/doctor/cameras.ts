import type { Chapter, Finding } from "./finding.ts";

/** What was learnt about one `/dev/videoN`. */
export interface NodeFacts {
  readonly path: string;
  readonly id: string;
  readonly name: string;
  readonly kind: "camera" | "encoder" | "other" | "denied" | "failed";
  /** Whether the group video may open the node: where not, joining the group does not help. */
  readonly opensForVideoGroup: boolean;
  /** Why it failed. */
  readonly reason?: string;
  readonly driver?: string;
  readonly modes: readonly ModeFacts[];
  /** Programs that have it open, such as "cheese (pid 812)". */
  readonly holders: readonly string[];
}

/** One way to take pictures. */
export interface ModeFacts {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly readable: boolean;
}

/** What the judgement about cameras and encoders rests on. */
export interface CameraFacts {
  readonly nodes: readonly NodeFacts[];
  /** `auto`, `test`, a device node or a by-id name; one, or one for each of two cameras. */
  readonly sources: readonly {
    readonly name: string;
    /** Path of the node that it names; undefined where it names none. */
    readonly asked: string | undefined;
  }[];
  readonly user: string;
  readonly inVideoGroup: boolean;
  /** USB video devices that no driver has taken, by product name. */
  readonly driverless: readonly string[];
}

/** Which cameras there are, which will be used, and what keeps the others away. */
export function judgeCameras(facts: CameraFacts): Chapter {
  const findings: Finding[] = facts.nodes.flatMap(judgeNode);
  findings.push(...judgeDenied(facts));
  for (const product of facts.driverless) {
    findings.push({
      state: "problem",
      text: `${product} is plugged in, but no driver has taken it.`,
      fix: "sudo modprobe uvcvideo",
    });
  }
  return { title: "Cameras", findings: [...findings, ...facts.sources.map((source) => judgeChoice(facts, source))] };
}

/** What will make H.264 of the pictures. */
export function judgeEncoders(facts: CameraFacts): Chapter {
  const findings: Finding[] = [
    { state: "good", text: "OpenH264 in software, built in: chosen, it needs nothing of the machine." },
  ];
  for (const node of facts.nodes.filter((one) => one.kind === "encoder")) {
    findings.push({
      state: "note",
      text: `${node.path} (${node.name}) is a hardware codec; this version does not use it yet.`,
    });
  }
  for (const node of facts.nodes.filter((one) => one.modes.some((mode) => mode.format === "H264"))) {
    findings.push({
      state: "note",
      text: `${node.path} makes H.264 itself; it is passed through where it offers the stream's size.`,
    });
  }
  return { title: "Encoders", findings };
}

function judgeNode(node: NodeFacts): readonly Finding[] {
  switch (node.kind) {
    case "camera":
      return judgeCamera(node);
    case "failed":
      return [
        {
          state: "problem",
          text: `${node.path} (${node.name}) cannot be opened: ${node.reason ?? "no reason given."}`,
          fix: "Unplug it and plug it in again; `sudo dmesg | tail` tells what the kernel thinks.",
        },
      ];
    case "denied":
    case "encoder":
    case "other":
      return [];
  }
}

/** One finding for all nodes that one command mends. */
function judgeDenied({ nodes, user, inVideoGroup }: CameraFacts): readonly Finding[] {
  const denied = nodes.filter((node) => node.kind === "denied");
  const byGroup = denied.filter((node) => node.opensForVideoGroup && !inVideoGroup);
  const byMode = denied.filter((node) => !byGroup.includes(node));
  const findings: Finding[] = [];
  if (byGroup.length > 0) {
    findings.push({
      state: "problem",
      text: `${named(byGroup)}: ${user} may not open ${byGroup.length > 1 ? "them" : "it"}, not being in the group video.`,
      fix: `sudo usermod -aG video ${user}   (then log in again)`,
    });
  }
  if (byMode.length > 0) {
    const paths = byMode.map((node) => node.path).join(" ");
    findings.push({
      state: "problem",
      text: `${named(byMode)}: closed to the group video, so ${user} may not open ${byMode.length > 1 ? "them" : "it"}.`,
      fix: `sudo chgrp video ${paths} && sudo chmod 660 ${paths}   (until the next start; a udev rule makes it last)`,
    });
  }
  return findings;
}

function named(nodes: readonly NodeFacts[]): string {
  return nodes.map((node) => `${node.path} (${node.name})`).join(", ");
}

function judgeCamera(node: NodeFacts): readonly Finding[] {
  const readable = node.modes.filter((mode) => mode.readable);
  const title = `${node.path} ${node.name} (driver ${node.driver ?? "unknown"}, id ${node.id})`;
  const findings: Finding[] =
    readable.length > 0
      ? [{ state: "good", text: `${title}: ${describeModes(readable)}.` }]
      : [
          {
            state: "problem",
            text: `${title}: no format that can be read (it offers ${describeModes(node.modes) || "none"}).`,
            fix: "Readable are YUYV, UYVY, NV12, NV21, I420, MJPEG and H.264; a setting of the camera or its driver may offer one.",
          },
        ];
  if (node.holders.length > 0) {
    findings.push({
      state: "problem",
      text: `${node.path} is open in ${node.holders.join(", ")}; a camera gives its pictures to one program at a time.`,
      fix: `End that program, or choose another camera with --source.`,
    });
  }
  return findings;
}

function judgeChoice(
  { nodes, driverless }: CameraFacts,
  { name: source, asked }: CameraFacts["sources"][number],
): Finding {
  if (source === "test") return { state: "good", text: "The built-in test source is asked for and always works." };
  const usable = nodes.filter((node) => node.kind === "camera" && node.modes.some((mode) => mode.readable));
  if (source !== "auto") {
    const chosen = usable.find((node) => node.path === asked);
    if (chosen !== undefined) return { state: "good", text: `${chosen.path} is asked for and will be used.` };
    const names = usable.map((node) => node.path).join(", ");
    return {
      state: "problem",
      text: `--source ${source} is no camera that can be used now; viewers see the "camera offline" picture until it is.`,
      fix: `Plug it in, or choose one of: ${names === "" ? "" : `${names}, `}auto, test.`,
    };
  }
  const [first, ...others] = usable;
  if (first !== undefined) {
    const second = others.length === 0 ? "" : ", and another device beside it as the second camera";
    return { state: "good", text: `${first.path} will be used (--source auto takes the first)${second}.` };
  }
  const found = nodes.length > 0 || driverless.length > 0;
  return {
    state: "problem",
    text: `No camera ${found ? "that can be used" : "found"}; the built-in test source will stand in.`,
    fix: found
      ? "See above."
      : "Plug one in; it is taken at once. In a container or virtual machine, hand it the device: /dev/video0.",
  };
}

/** The best of every format: `MJPG up to 1920x1080 at 30 fps; YUYV, NV12 up to 1280x720 at 10 fps`. */
function describeModes(modes: readonly ModeFacts[]): string {
  const best = new Map<string, ModeFacts>();
  for (const mode of modes) {
    const known = best.get(mode.format);
    if (known === undefined || rank(mode) > rank(known)) best.set(mode.format, mode);
  }
  const formats = Map.groupBy(best.values(), ({ width, height, fps }) => {
    const rate = fps > 0 ? ` at ${Math.round(fps * 100) / 100} fps` : "";
    return `up to ${width}x${height}${rate}`;
  });
  return [...formats].map(([size, same]) => `${same.map((mode) => mode.format).join(", ")} ${size}`).join("; ");
}

/** Size before rate: no camera reaches 1000 fps. */
function rank(mode: ModeFacts): number {
  return mode.width * mode.height * 1000 + mode.fps;
}
