import type { StreamDescription } from "../../../modules/stream/model.ts";
import { useFormats, useText } from "../../app/page.ts";
import { CopyField } from "./copy-field.tsx";
import { Badge, Card, Facts } from "./facts.tsx";
import { type Loaded, LoadedPart, useLoaded } from "./loading.tsx";
import { Viewers } from "./viewers.tsx";

/** As often as one looks at who watches. */
const PERIOD_MS = 5000;

/** What the device streams, where to, and to whom. */
export function StreamsPage() {
  const streams = useLoaded<readonly StreamDescription[]>((http) => http.get("/api/streams"), PERIOD_MS);
  return (
    <LoadedPart of={streams}>
      {(list) => list.map((stream) => <StreamCard key={stream.name} stream={stream} streams={streams} />)}
    </LoadedPart>
  );
}

interface StreamProps {
  readonly stream: StreamDescription;
  readonly streams: Loaded<unknown>;
}

function StreamCard({ stream, streams }: StreamProps) {
  const text = useText().system.streams;
  const formats = useFormats();
  const { rtsp, rtsps, whep, webrtc } = stream.urls;
  const latency = stream.latency_us;
  const mbits = (kbps: number) => formats.number(kbps / 1000, 1);
  return (
    <Card title={stream.name} actions={<Badge tone="plain">{text.viewers(stream.viewers.total)}</Badge>}>
      <div class="columns">
        <Facts
          facts={[
            [text.codec, [stream.codec, stream.profile].filter((part) => part !== undefined).join(" ")],
            [text.resolution, stream.resolution],
            [text.rate, text.ofWanted(formats.number(stream.measured_fps, 1), formats.number(stream.fps), "fps")],
            [text.bitrate, text.ofWanted(mbits(stream.measured_bitrate_kbps), mbits(stream.bitrate_kbps), "Mbit/s")],
            [text.keyframes, text.everyFrames(stream.gop)],
            [text.encoder, stream.encoder],
            [text.dropped, formats.number(stream.frames_dropped)],
            [text.latency, latency && `${formats.number(latency.median / 1000, 1)} ms`],
          ]}
        />
        <div class="stack">
          <CopyField label="RTSP" value={rtsp} />
          <CopyField label={text.encrypted} value={rtsps} />
          {whep !== undefined && <CopyField label="WHEP" value={whep} />}
          {webrtc !== undefined && <CopyField label="WebRTC" value={webrtc} />}
        </div>
      </div>
      <Viewers stream={stream} streams={streams} />
    </Card>
  );
}
