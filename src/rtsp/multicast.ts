import type { MediaStream } from "../stream/media-stream.ts";
import type { RtpSocketPair } from "./rtp-sockets.ts";
import { UdpViewer } from "./udp-viewer.ts";
import type { RtspViewer, SentCounts, ViewerEvents } from "./viewer.ts";

/** What `[multicast]` configures. */
export interface MulticastGroup {
  readonly address: string;
  readonly ttl: number;
}

/** One stream's transmission to the group, shared by its sessions; runs while at least one of them plays. */
export class MulticastTransmission {
  readonly group: MulticastGroup;
  readonly rtpPort: number;
  readonly #stream: MediaStream;
  readonly #sockets: RtpSocketPair;
  readonly #members = new Set<ViewerEvents>();
  #viewer: UdpViewer | undefined;
  #started = false;

  constructor(stream: MediaStream, sockets: RtpSocketPair, group: MulticastGroup, rtpPort: number) {
    this.#stream = stream;
    this.#sockets = sockets;
    this.group = group;
    this.rtpPort = rtpPort;
  }

  /** A session's share: it starts the transmission when it is the first, and gets a keyframe when it is a later one. */
  member(events: ViewerEvents): RtspViewer {
    return {
      transport: "multicast",
      start: () => this.#add(events),
      stop: () => this.#remove(events),
      sent: () => this.#viewer?.sent() ?? ({ packets: 0, octets: 0 } satisfies SentCounts),
      // one report for the group, not one for each session
      sendReport: (bytes) => {
        if (this.#first() === events) this.#viewer?.sendReport(bytes);
      },
      sendBye: (bytes) => {
        if (this.#members.size === 1 && this.#members.has(events)) this.#viewer?.sendBye(bytes);
      },
      onDrain: () => undefined,
      close: () => this.#remove(events),
    };
  }

  #add(events: ViewerEvents): void {
    const isFirst = this.#viewer === undefined;
    this.#viewer ??= this.#createViewer();
    this.#members.add(events);
    if (isFirst) {
      this.#viewer.start();
    } else if (this.#started) {
      this.#stream.refresh();
      events.onStart(undefined);
    }
  }

  #remove(events: ViewerEvents): void {
    this.#members.delete(events);
    if (this.#members.size > 0) return;
    this.#viewer?.close();
    this.#viewer = undefined;
    this.#started = false;
  }

  #createViewer(): UdpViewer {
    const { address } = this.group;
    const endpoint = {
      address,
      rtpPort: this.rtpPort,
      rtcpPort: this.rtpPort + 1,
      source: undefined,
      transport: "multicast",
    } as const;
    return new UdpViewer(this.#stream, this.#sockets, endpoint, {
      onStart: (start) => {
        this.#started = true;
        for (const member of this.#members) member.onStart(start);
      },
      onResolutionChange: () => {
        for (const member of this.#members) member.onResolutionChange();
      },
    });
  }

  #first(): ViewerEvents | undefined {
    for (const member of this.#members) return member;
    return undefined;
  }
}
