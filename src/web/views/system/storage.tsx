import { useEffect } from "preact/hooks";
import type { StorageDescription } from "../../../modules/recordings/model.ts";
import type { RetentionDescription } from "../../../modules/retention/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Card, Facts } from "./facts.tsx";
import { LoadedPart, useLoaded } from "./loading.tsx";
import { RetentionCard } from "./retention.tsx";

/** Recordings grow, and others may change the rules. */
const PERIOD_MS = 15_000;

/** The disk of the recordings, how long it lasts, and what is deleted by itself. */
export function StoragePage() {
  const { control } = usePage();
  const storage = useLoaded<StorageDescription>((http) => http.get("/api/recordings/storage"), PERIOD_MS);
  const rules = useLoaded<RetentionDescription>((http) => http.get("/api/recordings/retention"), PERIOD_MS);
  const reload = () => {
    storage.reload();
    rules.reload();
  };
  useEffect(() => control.subscribe("events"), [control]);
  useEffect(
    () => control.onEvent(({ event }) => event === "settings-changed" && reload()),
    [control, storage.reload, rules.reload],
  );
  return (
    <>
      <LoadedPart of={storage}>{(room) => <RoomCard room={room} />}</LoadedPart>
      <LoadedPart of={rules}>{(present) => <RetentionCard present={present} onSaved={reload} />}</LoadedPart>
    </>
  );
}

function RoomCard({ room }: { readonly room: StorageDescription }) {
  const words = useText().system;
  const text = words.storage;
  const formats = useFormats();
  const { total_bytes, free_bytes, min_free_bytes, recordings_bytes, remaining_seconds, retention } = room;
  const isFull = free_bytes <= min_free_bytes;
  return (
    <Card title={text.disk}>
      {isFull && <p class="caution-note">{retention.overwrite ? text.fullOverwrites : text.full}</p>}
      <meter
        class="meter"
        min={0}
        max={1}
        low={0.8}
        high={0.95}
        optimum={0}
        value={1 - free_bytes / Math.max(1, total_bytes)}
        aria-label={words.overview.used}
      />
      <Facts
        facts={[
          [words.overview.free, formats.bytes(free_bytes)],
          [words.overview.total, formats.bytes(total_bytes)],
          [text.recordings, formats.bytes(recordings_bytes)],
          [text.reserve, formats.bytes(min_free_bytes)],
          [
            words.overview.roomFor,
            remaining_seconds === undefined ? words.overview.unknown : words.overview.uptimeOf(remaining_seconds),
          ],
        ]}
      />
      <p class="soft">{text.reserveAbout}</p>
    </Card>
  );
}
