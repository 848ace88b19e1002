import type { StorageDescription } from "../../../modules/recordings/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { ErrorNote, Spinner } from "../../design/notes.tsx";
import type { Text } from "../../text/en.ts";
import { sentenceOf } from "../../text/error-sentence.ts";
import type { Formats } from "../../text/formats.ts";
import { useLoaded } from "./use-loaded.ts";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const BITS = 8;

/** The room on the disk, how long it lasts, and what goes by itself. */
export function StoragePanel({ revision, onRetry }: { readonly revision: number; readonly onRetry: () => void }) {
  const { session, http } = usePage();
  const text = useText();
  const words = text.recordings.storage;
  const maySee = session.may("Storage_r");
  const ask = async () => (maySee ? await http.get<StorageDescription>("/api/recordings/storage") : undefined);
  const { value, error, isLoading } = useLoaded(ask, [maySee], revision);
  return (
    <section class="panel stack storage" aria-labelledby="storage-title">
      <h2 id="storage-title">{words.label}</h2>
      {!maySee && <p class="soft">{words.mayNotSee}</p>}
      {error !== undefined && (
        <ErrorNote text={sentenceOf(error, text.errors)} retry={{ label: text.app.tryAgain, onRetry }} />
      )}
      {value === undefined && isLoading && <Spinner label={text.app.loading} />}
      {value !== undefined && error === undefined && <Room storage={value} />}
    </section>
  );
}

function Room({ storage }: { readonly storage: StorageDescription }) {
  const words = useText().recordings.storage;
  const formats = useFormats();
  const { total_bytes, free_bytes, recordings_bytes, min_free_bytes, retention } = storage;
  const used = Math.max(0, total_bytes - free_bytes);
  const ours = Math.min(recordings_bytes, used);
  const share = (bytes: number) => ({ inlineSize: `${total_bytes === 0 ? 0 : (bytes / total_bytes) * 100}%` });
  const isFull = free_bytes <= min_free_bytes;
  const rows = [
    { name: words.recordings, bytes: ours, kind: "ours" },
    { name: words.other, bytes: used - ours, kind: "other" },
    { name: words.free, bytes: free_bytes, kind: "free" },
  ];
  return (
    <>
      {isFull && (
        <div class="note-caution" role="alert">
          <strong>{words.full}</strong>
          <p>{retention.overwrite ? words.fullOverwrites : words.fullText}</p>
        </div>
      )}
      <div class="storage-bar" aria-hidden="true">
        <span class="storage-ours" style={share(ours)} />
        <span class="storage-other" style={share(used - ours)} />
      </div>
      <dl class="storage-figures">
        {rows.map(({ name, bytes, kind }) => (
          <div key={kind}>
            <dt>
              <span class={`storage-key storage-${kind}`} aria-hidden="true" />
              {name}
            </dt>
            <dd class="figures">{formats.bytes(bytes)}</dd>
          </div>
        ))}
      </dl>
      <p class="soft small">{words.ofTotal(formats.bytes(total_bytes))}</p>
      <Forecast storage={storage} />
      <div>
        <h3>{words.keeps}</h3>
        <ul class="soft small">
          {rulesOf(storage, words, formats).map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      </div>
    </>
  );
}

function Forecast({ storage: { remaining_seconds, bytes_per_second } }: { readonly storage: StorageDescription }) {
  const words = useText().recordings.storage;
  const formats = useFormats();
  if (remaining_seconds === undefined || bytes_per_second === undefined)
    return <p class="soft small">{words.forecastUnknown}</p>;
  return (
    <p id="forecast">
      <strong>{words.forecast(roughly(remaining_seconds, words, formats))}</strong>{" "}
      <span class="soft small">{words.forecastHint(formats.number((bytes_per_second * BITS) / 1e6, 1))}</span>
    </p>
  );
}

/** In the unit that people think in. */
function roughly(seconds: number, words: Text["recordings"]["storage"], formats: Formats): string {
  if (seconds >= 2 * DAY_S) return words.days(formats.number(Math.floor(seconds / DAY_S)));
  if (seconds >= 2 * HOUR_S) return words.hours(formats.number(Math.floor(seconds / HOUR_S)));
  return words.minutes(formats.number(Math.floor(seconds / MINUTE_S)));
}

function rulesOf(
  { min_free_bytes, retention: { days, bytes, overwrite, delete_tagged } }: StorageDescription,
  words: Text["recordings"]["storage"],
  formats: Formats,
): readonly string[] {
  const reserve = formats.bytes(min_free_bytes);
  const isDeleting = overwrite || days > 0 || bytes > 0;
  return [
    ...(overwrite ? [words.overwrites(reserve)] : []),
    ...(days > 0 ? [words.maxDays(days)] : []),
    ...(bytes > 0 ? [words.maxBytes(formats.bytes(bytes))] : []),
    ...(isDeleting ? [delete_tagged ? words.tagsGo : words.tagsStay] : [words.keepsAll(reserve)]),
  ];
}
