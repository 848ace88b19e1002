import { useState } from "preact/hooks";
import type { StreamDescription } from "../../../modules/stream/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { type Column, Table } from "../../design/table.tsx";
import type { Text } from "../../text/en.ts";
import { Confirm } from "./confirm.tsx";
import { useLack } from "./lack.ts";
import type { Loaded } from "./loading.tsx";

/** Somebody who watches, by whatever. */
interface Viewer {
  readonly key: string;
  /** Undefined: who looks may not know. */
  readonly id: string | undefined;
  readonly user: string | undefined;
  readonly address: string | undefined;
  readonly way: string;
  readonly state: keyof Text["system"]["streams"]["states"];
  readonly age_s: number;
  readonly kbps?: number | undefined;
  readonly loss?: number | undefined;
}

interface ViewersProps {
  readonly stream: StreamDescription;
  readonly streams: Loaded<unknown>;
}

/** Who watches a stream, each of whom can be ended. */
export function Viewers({ stream, streams }: ViewersProps) {
  const { session } = usePage();
  const text = useText().system.streams;
  const lack = useLack("System_rw");
  const [asked, setAsked] = useState<Viewer>();
  const viewers = viewersOf(stream, text);
  const columns = useColumns(viewers);
  if (viewers.length === 0) return null;
  if (!session.may("System_r")) return <p class="soft">{text.whoNeeds("System_r")}</p>;
  const end = {
    heading: text.end,
    isActions: true,
    cell: (viewer: Viewer) => <EndButton of={viewer} ask={setAsked} />,
  };
  return (
    <>
      <Table
        caption={text.viewersOf(stream.name)}
        rows={viewers}
        keyOf={({ key }) => key}
        columns={lack === undefined ? [...columns, end] : columns}
      />
      {lack !== undefined && <p class="soft">{lack}</p>}
      {asked !== undefined && <EndDialog viewer={asked} streams={streams} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function EndButton({ of, ask }: { readonly of: Viewer; readonly ask: (viewer: Viewer) => void }) {
  const text = useText().system.streams;
  return (
    <Button kind="danger" title={text.endOf(of.user ?? text.anonymous, of.way)} onClick={() => ask(of)}>
      {text.end}
    </Button>
  );
}

interface EndDialogProps {
  readonly viewer: Viewer;
  readonly streams: Loaded<unknown>;
  readonly onClose: () => void;
}

function EndDialog({ viewer: { id = "", user, address = "", way }, streams, onClose }: EndDialogProps) {
  const { http } = usePage();
  const text = useText().system.streams;
  const end = async () => {
    try {
      await http.send("DELETE", `/api/streams/viewers/${encodeURIComponent(id)}`);
    } finally {
      streams.reload();
    }
  };
  return (
    <Confirm title={text.endTitle} label={text.end} onConfirm={end} onClose={onClose}>
      <p>
        <bdi>{user ?? text.anonymous}</bdi> · <bdi>{address}</bdi> · {way}
      </p>
      <p class="soft">{text.endAbout}</p>
    </Confirm>
  );
}

/** Those that no viewer has anything for are left out. */
function useColumns(viewers: readonly Viewer[]): readonly Column<Viewer>[] {
  const text = useText().system.streams;
  const formats = useFormats();
  const column = (heading: string, cell: (viewer: Viewer) => string | undefined): Column<Viewer> => ({
    heading,
    cell: (viewer) => <span dir="auto">{cell(viewer) ?? "–"}</span>,
  });
  const measured = [
    column(text.bitrate, ({ kbps }) => (kbps === undefined ? undefined : `${formats.number(kbps / 1000, 1)} Mbit/s`)),
    column(text.loss, ({ loss }) => (loss === undefined ? undefined : `${formats.number(loss * 100, 1)} %`)),
  ];
  return [
    column(text.who, ({ user }) => user ?? text.anonymous),
    column(text.from, ({ address }) => address),
    column(text.way, ({ way }) => way),
    column(text.state, ({ state }) => text.states[state]),
    column(text.since, ({ age_s }) => formats.duration(age_s * 1000)),
    ...(viewers.some(({ kbps }) => kbps !== undefined) ? measured : []),
  ];
}

/** In one list, whatever they watch by. */
function viewersOf(stream: StreamDescription, text: Text["system"]["streams"]): readonly Viewer[] {
  const { rtsp_viewers, mjpeg_viewers, webrtc_viewers } = stream;
  const way = (...parts: readonly (string | false | undefined)[]) => parts.filter(Boolean).join(" · ");
  const viewers: readonly Omit<Viewer, "key">[] = [
    ...webrtc_viewers.map((viewer) => ({ ...WHO, ...viewer, way: way("WebRTC", viewer.transport?.toUpperCase()) })),
    ...rtsp_viewers.map(({ encrypted, transport, tunnelled, codec, ...viewer }) => ({
      ...WHO,
      ...viewer,
      way: way(
        encrypted ? "RTSPS" : "RTSP",
        transport === "multicast" ? text.multicast : transport.toUpperCase(),
        tunnelled && text.tunnelled,
        codec === "JPEG" && codec,
      ),
    })),
    ...mjpeg_viewers.map((viewer) => ({ ...WHO, ...viewer, way: "MJPEG", state: "playing" as const })),
  ];
  return viewers.map((viewer, index) => ({ ...viewer, key: viewer.id ?? String(index) }));
}

const WHO = { id: undefined, user: undefined, address: undefined };
