import type { StreamDescription } from "../../../modules/stream/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Table } from "../../design/table.tsx";
import { CopyField } from "./copy-field.tsx";
import { Badge, Card, Facts } from "./facts.tsx";
import { type Loaded, LoadedPart, useLoaded } from "./loading.tsx";

/** As often as one looks at who watches. */
const PERIOD_MS = 5000;

type Viewer = StreamDescription["webrtc_viewers"][number];

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
          <CopyField label="WHEP" value={whep} />
          <CopyField label="WebRTC" value={webrtc} />
        </div>
      </div>
      <Viewers stream={stream} streams={streams} />
    </Card>
  );
}

function Viewers({ stream, streams }: StreamProps) {
  const { http, session, report } = usePage();
  const text = useText().system.streams;
  const formats = useFormats();
  const { rtsp_tcp, rtsp_udp, rtsp_multicast, rtsp_jpeg, mjpeg } = stream.viewers;
  const others = Object.entries({ rtsp_tcp, rtsp_udp, rtsp_multicast, rtsp_jpeg, mjpeg }).filter(([, n]) => n > 0);
  const end = (id: string) => http.send("DELETE", `/api/webrtc/sessions/${encodeURIComponent(id)}`);
  const kick = (id: string) => end(id).catch(report).finally(streams.reload);
  const column = (heading: string, cell: (viewer: Viewer) => string | undefined) => ({
    heading,
    cell: (viewer: Viewer) => <span dir="auto">{cell(viewer) ?? "–"}</span>,
  });
  return (
    <>
      {stream.webrtc_viewers.length > 0 && (
        <Table
          caption={text.webrtcViewers}
          rows={stream.webrtc_viewers}
          keyOf={(viewer) => viewer.id ?? `${viewer.age_s}`}
          columns={[
            column(text.who, ({ user }) => user ?? text.anonymous),
            column(text.from, ({ address }) => address),
            column(
              text.state,
              ({ state, transport }) =>
                `${text.states[state]}${transport === undefined ? "" : ` · ${transport.toUpperCase()}`}`,
            ),
            column(text.since, ({ age_s }) => formats.duration(age_s * 1000)),
            column(text.bitrate, ({ kbps }) =>
              kbps === undefined ? undefined : `${formats.number(kbps / 1000, 1)} Mbit/s`,
            ),
            column(text.loss, ({ loss }) => (loss !== undefined ? `${formats.number(loss * 100, 1)} %` : undefined)),
            {
              heading: text.end,
              isActions: true,
              cell: ({ id }) =>
                id !== undefined && (
                  <Button kind="danger" onClick={() => kick(id)}>
                    {text.end}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {others.length > 0 && (
        <p class="row">
          {others.map(([name, count]) => (
            <Badge key={name} tone="plain">
              {text.ways[name as keyof typeof text.ways]} {formats.number(count)}
            </Badge>
          ))}
        </p>
      )}
      {others.length > 0 && <p class="soft">{text.notEnded}</p>}
      {!session.may("System_r") && stream.viewers.webrtc > 0 && <p class="soft">{text.whoNeeds("System_r")}</p>}
    </>
  );
}
