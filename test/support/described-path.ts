import { type RtspAnswer, RtspClient } from "./load/rtsp-client.ts";
import { type RtpPacket, readRtp } from "./rtp-jpeg.ts";
import type { TestServer } from "./server.ts";

/** A header of an answer; empty where there is none. */
export const headerOf = (answer: RtspAnswer, name: string): string => answer.headers.get(name)?.[0] ?? "";

/** The session's id in an answer. */
export const sessionOf = (answer: RtspAnswer): string => headerOf(answer, "session").split(";")[0] ?? "";

/** Headers of a SETUP over TCP on a pair of channels. */
export const overTcp = (channel: number): Record<string, string> => ({
  Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`,
});

/** What a client has described, and what came of it. */
export interface DescribedPath {
  readonly client: RtspClient;
  readonly described: RtspAnswer;
  /** The Content-Base. */
  readonly base: string;
  setUp(track: number, headers: Record<string, string>): Promise<RtspAnswer>;
  /** RTP packets of a channel so far. */
  packets(channel: number): RtpPacket[];
  /** Everything of each channel so far. */
  readonly frames: ReadonlyMap<number, readonly Buffer[]>;
  /** The channels in the order in which something came on them. */
  readonly order: readonly number[];
}

/** A client that has described `path` and keeps what comes on each channel. */
export async function describePath(server: TestServer, path: string): Promise<DescribedPath> {
  const frames = new Map<number, Buffer[]>();
  const order: number[] = [];
  const client = await RtspClient.connect({
    url: `${server.rtsp}/${path}`,
    onFrame: (channel, bytes, start, end) => {
      order.push(channel);
      frames.set(channel, [...(frames.get(channel) ?? []), Buffer.from(bytes.subarray(start, end))]);
    },
  });
  const described = await client.request("DESCRIBE", client.url, { Accept: "application/sdp" });
  const base = headerOf(described, "content-base");
  const setUp = (track: number, headers: Record<string, string>) =>
    client.request("SETUP", `${base}trackID=${track}`, headers);
  const packets = (channel: number): RtpPacket[] => (frames.get(channel) ?? []).map(readRtp);
  return { client, described, base, setUp, packets, frames, order };
}

/** The documents that came whole over a metadata track. */
export function documentsOf(packets: readonly RtpPacket[]): readonly string[] {
  const documents: string[] = [];
  let text = "";
  for (const { payload, marker } of packets) {
    text += payload.toString();
    if (!marker) continue;
    documents.push(text);
    text = "";
  }
  return documents;
}
