import { useFormats, useText } from "../../app/page.ts";
import type { Recording } from "./recording-time.ts";
import { Thumbnail } from "./thumbnail.tsx";
import type { Thumbnails } from "./thumbnails.ts";

const MOST_TAGS = 3;

interface Selecting {
  readonly selected: readonly Recording[];
  readonly onSelect: (selected: readonly Recording[]) => void;
}

interface RowsProps {
  readonly items: readonly Recording[];
  readonly chosen: string | undefined;
  readonly thumbnails: Thumbnails;
  readonly isWithDate: boolean;
  readonly onOpen: (recording: Recording) => void;
  /** Undefined: nothing can be done with several. */
  readonly selection: Selecting | undefined;
}

/** Recordings and pictures, a row each. */
export function ListRows(props: RowsProps) {
  const { items, selection } = props;
  const words = useText().recordings.list;
  const deletable = items.filter(({ state }) => state !== "recording");
  const isSelected = ({ id }: Recording) => selection?.selected.some((each) => each.id === id) ?? false;
  const others = () => selection?.selected.filter((each) => !items.some(({ id }) => id === each.id)) ?? [];
  const isAll = deletable.length > 0 && deletable.every(isSelected);
  return (
    <>
      {selection !== undefined && (
        <label class="check">
          <input
            id="select-all"
            type="checkbox"
            checked={isAll}
            onChange={() => selection.onSelect([...others(), ...(isAll ? [] : deletable)])}
          />
          {words.selectAll}
        </label>
      )}
      <ul class="rows">
        {items.map((recording) => (
          <Row key={recording.id} {...props} recording={recording} isSelected={isSelected(recording)} />
        ))}
      </ul>
    </>
  );
}

interface RowProps extends RowsProps {
  readonly recording: Recording;
  readonly isSelected: boolean;
}

function Row({ recording, isSelected, chosen, thumbnails, isWithDate, onOpen, selection }: RowProps) {
  const words = useText().recordings;
  const formats = useFormats();
  const { id, filename, kind, state, start, duration_ms, file_size, tags } = recording;
  const toggle = () => {
    const rest = selection?.selected.filter((each) => each.id !== id) ?? [];
    selection?.onSelect(isSelected ? rest : [...rest, recording]);
  };
  return (
    <li class="list-row" data-id={id}>
      {selection !== undefined && (
        <label class="check">
          <input type="checkbox" checked={isSelected} disabled={state === "recording"} onChange={toggle} />
          <span class="unseen">{words.list.select(filename)}</span>
        </label>
      )}
      <button
        type="button"
        class="list-open"
        aria-current={id === chosen ? "true" : undefined}
        onClick={() => onOpen(recording)}
      >
        <Thumbnail recording={recording} thumbnails={thumbnails} />
        <span class="list-what">
          <span class="figures">{isWithDate ? formats.dateTime(start) : formats.time(start)}</span>
          <span class="clipped soft small" dir="auto">
            {filename}
          </span>
          <Tags titles={tags.map(({ title }) => title)} />
        </span>
        <span class="list-figures figures">
          {state !== "ready" && (
            <span class={`recording-badge recording-badge-${state}`}>{words.facts.states[state]}</span>
          )}
          {kind === "video" && state !== "recording" && <span>{formats.duration(duration_ms)}</span>}
          {state !== "recording" && <span class="soft">{formats.bytes(file_size)}</span>}
        </span>
      </button>
    </li>
  );
}

function Tags({ titles }: { readonly titles: readonly string[] }) {
  const formats = useFormats();
  if (titles.length === 0) return null;
  return (
    <span class="chips">
      {titles.slice(0, MOST_TAGS).map((title, index) => (
        <span key={index} class="chip chip-small clipped" dir="auto">
          {title}
        </span>
      ))}
      {titles.length > MOST_TAGS && <span class="soft small">+{formats.number(titles.length - MOST_TAGS)}</span>}
    </span>
  );
}
