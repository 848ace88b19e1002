import { type PromisedStart, RtpCheck } from "./rtp-check.ts";
import { type RtspAnswer, RtspClient } from "./rtsp-client.ts";
import { openUdpPair, type UdpPair } from "./udp-pair.ts";

const REPORT_INTERVAL_MS = 5000;
/** Of the session's time-out, as RFC 7826 §10.5 advises. */
const KEEP_ALIVE_SHARE = 0.4;
const DEFAULT_SESSION_TIMEOUT_S = 60;
const RTP_CHANNEL = 0;
const RTCP_CHANNEL = 1;

/** `http`: interleaved in a tunnel. */
export type Transport = "tcp" | "udp" | "http";

export interface ViewerOptions {
  readonly url: string;
  readonly transport: Transport;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** One RTSP session: opens, plays, checks what comes, leaves. */
export class Viewer {
  readonly transport: Transport;
  readonly problems = new Set<string>();
  /** From PLAY to the last packet of the first frame, milliseconds. */
  firstFrameMs = Number.NaN;
  check: RtpCheck = new RtpCheck(96);
  readonly #options: ViewerOptions;
  #client: RtspClient | undefined;
  #udp: UdpPair | undefined;
  #serverReportPort = 0;
  #session = "";
  #timeoutMs = DEFAULT_SESSION_TIMEOUT_S * 1000;
  #baseUrl = "";
  #promised: PromisedStart | undefined;
  #timer: Timer | undefined;
  #lastRequestMs = 0;
  #playMs = 0;
  readonly #firstFrame = Promise.withResolvers<void>();

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.transport = options.transport;
    this.#firstFrame.promise.catch(() => undefined);
  }

  /** Resolves with the first whole frame; rejects when the connection is lost before. */
  get started(): Promise<void> {
    return this.#firstFrame.promise;
  }

  /** OPTIONS, DESCRIBE, SETUP, PLAY. Throws with the request that was refused. */
  async play(): Promise<void> {
    const client = await RtspClient.connect({
      ...this.#options,
      isTunnelled: this.transport === "http",
      onFrame: (channel, bytes, start, end) => this.#takeFrame(channel, bytes, start, end),
      onLost: (reason) => {
        this.problems.add(reason);
        this.#firstFrame.reject(new Error(reason));
      },
    });
    this.#client = client;
    await this.#request("OPTIONS", client.url);
    const described = await this.#request("DESCRIBE", client.url, { Accept: "application/sdp" });
    this.#baseUrl = described.headers.get("content-base")?.[0] ?? client.url;
    const track = readTrack(described.body);
    this.check = new RtpCheck(track.payloadType);
    await this.#setUp(client, trackUrl(this.#baseUrl, track.control));
    this.#playMs = performance.now();
    const played = await this.#request("PLAY", this.#baseUrl, { Session: this.#session, Range: "npt=0.000-" });
    this.#promised = readRtpInfo(played.headers.get("rtp-info")?.[0]);
    this.#timer = setInterval(() => this.#keepAlive(), REPORT_INTERVAL_MS);
  }

  /** TEARDOWN, then closes; concludes the check. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    try {
      if (this.#session !== "") await this.#request("TEARDOWN", this.#baseUrl, { Session: this.#session });
    } catch (error) {
      this.problems.add(error instanceof Error ? error.message : String(error));
    }
    this.#close();
    if (this.#timer === undefined) return; // it never played, and said why
    this.check.conclude(this.#promised);
    for (const problem of this.check.problems) this.problems.add(problem);
  }

  /** Goes without a word, as a player that was killed. */
  vanish(): void {
    clearInterval(this.#timer);
    this.#client?.abort();
    this.#udp?.close();
  }

  #close(): void {
    this.#client?.end();
    this.#udp?.close();
  }

  async #setUp(client: RtspClient, url: string): Promise<void> {
    let wanted = `RTP/AVP/TCP;unicast;interleaved=${RTP_CHANNEL}-${RTCP_CHANNEL}`;
    if (this.transport === "udp") {
      this.#udp = await openUdpPair(
        client.host.includes(":") ? "::" : "0.0.0.0",
        (bytes) => this.#takeRtp(bytes, 0, bytes.length),
        (bytes) => this.check.receiveReport(bytes, 0, bytes.length, performance.now()),
      );
      wanted = `RTP/AVP;unicast;client_port=${this.#udp.rtpPort}-${this.#udp.rtpPort + 1}`;
    }
    const { headers } = await this.#request("SETUP", url, { Transport: wanted });
    const [id = "", ...parameters] = headers.get("session")?.[0]?.split(";") ?? [];
    this.#session = id;
    const timeout = parameters
      .map((parameter) => /^\s*timeout=(\d+)/.exec(parameter)?.[1])
      .find((value) => value !== undefined);
    this.#timeoutMs = Number(timeout ?? DEFAULT_SESSION_TIMEOUT_S) * 1000;
    const granted = headers.get("transport")?.[0] ?? "";
    if (this.transport === "udp") {
      const ports = /server_port=\d+-(\d+)/.exec(granted);
      if (ports === null) throw new Error(`SETUP granted ${granted}`);
      this.#serverReportPort = Number(ports[1]);
    } else if (!granted.includes(`interleaved=${RTP_CHANNEL}-${RTCP_CHANNEL}`)) {
      throw new Error(`SETUP granted ${granted}`);
    }
  }

  async #request(method: string, url: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspAnswer> {
    if (this.#client === undefined) throw new Error("not connected");
    this.#lastRequestMs = performance.now();
    const answer = await this.#client.request(method, url, headers);
    if (answer.status !== 200) throw new Error(`${method} was answered ${answer.status}`);
    return answer;
  }

  #takeFrame(channel: number, bytes: Buffer, start: number, end: number): void {
    if (channel === RTP_CHANNEL) this.#takeRtp(bytes, start, end);
    else if (channel === RTCP_CHANNEL) this.check.receiveReport(bytes, start, end, performance.now());
    else this.problems.add("a frame came on a channel that was not set up");
  }

  #takeRtp(bytes: Buffer, start: number, end: number): void {
    // a viewer that vanished may have had this port; what is still sent to it is not ours
    if (this.#playMs === 0) return;
    const nowMs = performance.now();
    this.check.receive(bytes, start, end, nowMs);
    if (this.check.counts.frames === 1 && Number.isNaN(this.firstFrameMs)) {
      this.firstFrameMs = nowMs - this.#playMs;
      this.#firstFrame.resolve();
    }
  }

  #keepAlive(): void {
    this.#sendReceiverReport();
    if (performance.now() - this.#lastRequestMs < this.#timeoutMs * KEEP_ALIVE_SHARE) return;
    this.#request("GET_PARAMETER", this.#baseUrl, { Session: this.#session }).catch((error: Error) =>
      this.problems.add(error.message),
    );
  }

  /** RFC 3550 §6.4.2, one report block. */
  #sendReceiverReport(): void {
    const { ssrc, counts, highestSequence, lastReport, jitterMs } = this.check;
    const report = Buffer.alloc(32);
    report[0] = 0x81;
    report[1] = 201;
    report.writeUInt16BE(7, 2);
    report.writeUInt32BE(0x10ad, 4);
    report.writeUInt32BE(ssrc, 8);
    report.writeUInt32BE(counts.lost & 0x7fffff, 12);
    report.writeUInt32BE(highestSequence, 16);
    report.writeUInt32BE(Math.round(jitterMs * 90), 20);
    report.writeUInt32BE(lastReport.compactNtp, 24);
    report.writeUInt32BE(
      lastReport.compactNtp === 0 ? 0 : Math.round((performance.now() - lastReport.arrivalMs) * 65.536),
      28,
    );
    if (this.#udp === undefined) this.#client?.sendFrame(RTCP_CHANNEL, report);
    else
      this.#udp.sendReport(
        report,
        this.#serverReportPort,
        this.#client?.host === "localhost" ? "127.0.0.1" : (this.#client?.host ?? ""),
      );
  }
}

/** The one H.264 track of a description. */
function readTrack(sdp: string): { readonly payloadType: number; readonly control: string } {
  const lines = sdp.split(/\r?\n/);
  const media = lines.findIndex((line) => line.startsWith("m=video "));
  const payloadType = Number(/^m=video \d+ RTP\/AVP (\d+)/.exec(lines[media] ?? "")?.[1]);
  const control = lines.slice(media + 1).find((line) => line.startsWith("a=control:"));
  if (Number.isNaN(payloadType) || control === undefined) throw new Error("DESCRIBE gave no video track");
  for (const wanted of [`a=rtpmap:${payloadType} H264/90000`, `a=fmtp:${payloadType} `]) {
    if (!lines.some((line) => line.startsWith(wanted))) throw new Error(`the description lacks ${wanted}`);
  }
  return { payloadType, control: control.slice("a=control:".length) };
}

/** Joins base and control the way FFmpeg and live555 do. */
function trackUrl(base: string, control: string): string {
  if (/^rtsps?:\/\//.test(control)) return control;
  return base.endsWith("/") ? base + control : `${base}/${control}`;
}

function readRtpInfo(header: string | undefined): PromisedStart | undefined {
  const sequence = /[;,\s]seq=(\d+)/.exec(header ?? "")?.[1];
  const timestamp = /[;,\s]rtptime=(\d+)/.exec(header ?? "")?.[1];
  if (sequence === undefined || timestamp === undefined) return undefined;
  return { sequence: Number(sequence), timestamp: Number(timestamp) };
}
