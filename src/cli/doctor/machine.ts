import type { Chapter, Finding } from "./finding.ts";

/** What happened when a port was bound for a moment. */
export interface PortFacts {
  /** As in "the HTTP port". */
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly transport: "tcp" | "udp";
  readonly outcome: "free" | "served" | "in-use" | "forbidden" | "no-address" | "no-ipv6";
  readonly holder: string | undefined;
}

/** What the judgement about the network rests on. */
export interface NetworkFacts {
  readonly ports: readonly PortFacts[];
  readonly loopbackOnly: boolean;
  /** UDP port on which ONVIF clients look for the device, shared with other programs; undefined: nobody is answered there. */
  readonly discoveryPort: number | undefined;
  readonly firewall: "ufw" | "firewalld" | "none-found";
  /** This program, as a path to copy into a command. */
  readonly executable: string;
}

/** Where the configuration comes from and what it warns of. */
export function judgeConfiguration(configFile: string | undefined, warnings: readonly string[]): Chapter {
  const text = configFile === undefined ? "No file; defaults, environment and flags." : `${configFile} is right.`;
  return {
    title: "Configuration",
    findings: [{ state: "good", text }, ...warnings.map((warning): Finding => ({ state: "problem", text: warning }))],
  };
}

/** Whether the ports can be had and reached. */
export function judgeNetwork(facts: NetworkFacts): Chapter {
  const findings = facts.ports.map((port) => judgePort(port, facts.executable));
  if (facts.loopbackOnly)
    findings.push({ state: "note", text: "Only this machine can connect: every address is a loopback one." });
  else findings.push(judgeFirewall(facts));
  return { title: "Ports", findings };
}

function judgePort({ service, address, port, transport, outcome, holder }: PortFacts, executable: string): Finding {
  const place = `${service} port ${port}/${transport} on ${address}`;
  const flag = `--${service.toLowerCase()}-port`;
  switch (outcome) {
    case "free":
      return {
        state: "good",
        text: port === 0 ? `${service} takes any free ${transport} port on ${address}.` : `${place} is free.`,
      };
    case "served":
      return { state: "good", text: `${service} over ${transport} is served on ${address}.` };
    case "in-use":
      return {
        state: "fatal",
        text: `${place} is in use by ${holder ?? "another program (run doctor with sudo to learn which)"}.`,
        fix: `End that program, or choose another port: ${flag} N.`,
      };
    case "forbidden":
      return {
        state: "fatal",
        text: `${place} may not be bound by this user.`,
        fix: `sudo setcap cap_net_bind_service=+ep ${executable}   (or a port from 1024 on: ${flag} N)`,
      };
    case "no-address":
      return {
        state: "fatal",
        text: `${address} is no address of this machine.`,
        fix: "`ip address` shows those it has; give one with --listen, or leave --listen out.",
      };
    case "no-ipv6":
      return { state: "note", text: `This machine has no IPv6; ${address} is left out.` };
  }
}

function judgeFirewall({ firewall, ports, discoveryPort }: NetworkFacts): Finding {
  const of = (transport: PortFacts["transport"]) => [
    ...new Set(ports.filter((one) => one.transport === transport && one.port !== 0).map(({ port }) => port)),
  ];
  const [tcp, udp] = [of("tcp"), [...of("udp"), ...(discoveryPort === undefined ? [] : [discoveryPort])]];
  const named = [...tcp.map((port) => `${port}/tcp`), ...udp.map((port) => `${port}/udp`)];
  switch (firewall) {
    case "ufw":
      return {
        state: "note",
        text: "The firewall ufw is on; it must let the ports through.",
        fix: [
          tcp.length > 0 && `sudo ufw allow ${tcp.join(",")}/tcp`,
          udp.length > 0 && `sudo ufw allow ${udp.join(",")}/udp`,
        ]
          .filter((command) => command !== false)
          .join(" && "),
      };
    case "firewalld":
      return {
        state: "note",
        text: "firewalld runs; it must let the ports through.",
        fix: `sudo firewall-cmd ${named.map((port) => `--add-port=${port}`).join(" ")} --permanent && sudo firewall-cmd --reload`,
      };
    case "none-found":
      return {
        state: "note",
        text: `Neither ufw nor firewalld found here; rules set by hand, or a router's, are not seen: ${named.join(", ")} must get through.`,
      };
  }
}

/** What the judgement about the data folder rests on. */
export interface StorageFacts {
  readonly folder: string;
  /** The folder itself, or the nearest one above it that exists. */
  readonly existing: string;
  readonly writable: boolean;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Recording stops below this. */
  readonly minFreeBytes: number;
}

/** Whether the data folder can be written and has room. */
export function judgeStorage(facts: StorageFacts): Chapter {
  const { folder, existing, freeBytes, totalBytes, minFreeBytes } = facts;
  const findings: Finding[] = [];
  if (facts.writable) {
    findings.push({ state: "good", text: existing === folder ? `${folder} is writable.` : `${folder} will be made.` });
  } else {
    findings.push({
      state: "fatal",
      text: `${existing} may not be written by this user, so ${existing === folder ? "it is no" : `${folder} cannot be made as`} data folder.`,
      fix: `Choose another with --data-dir, or: sudo install -d -o "$USER" -m 700 ${folder}`,
    });
  }
  const room = `${gigabytes(freeBytes)} of ${gigabytes(totalBytes)} free`;
  if (freeBytes >= minFreeBytes) findings.push({ state: "good", text: `${room}.` });
  else {
    findings.push({
      state: "problem",
      text: `${room}; recording needs ${gigabytes(minFreeBytes)} to stay free.`,
      fix: "Make room, move the data folder to another disk with --data-dir, or lower recording.min_free_bytes and min_free_percent.",
    });
  }
  return { title: "Storage", findings };
}

/** What the judgement about the clock rests on. */
export interface ClockFacts {
  /** Undefined: the kernel does not tell. */
  readonly synchronized: boolean | undefined;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/** No clock that is right shows a time before this program was written. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

/** Whether times in the picture, in RTCP and in file names will be right. */
export function judgeClock({ synchronized, nowMs }: ClockFacts): Chapter {
  const now = new Date(nowMs).toISOString().slice(0, 19).replace("T", " ");
  const fix = "sudo timedatectl set-ntp true   (where that is unknown: sudo apt-get install -y systemd-timesyncd)";
  if (nowMs < EARLIEST_MS) {
    return {
      title: "Clock",
      findings: [{ state: "problem", text: `The clock says ${now} UTC, which is wrong.`, fix }],
    };
  }
  if (synchronized === true)
    return { title: "Clock", findings: [{ state: "good", text: `Synchronized; ${now} UTC.` }] };
  const text =
    synchronized === false
      ? `The kernel says the clock is not synchronized; it shows ${now} UTC. Times in the picture and of recordings drift.`
      : `It cannot be told whether the clock is synchronized; it shows ${now} UTC.`;
  return { title: "Clock", findings: [{ state: synchronized === false ? "problem" : "note", text, fix }] };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
