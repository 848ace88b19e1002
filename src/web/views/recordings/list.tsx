import { useEffect, useRef, useState } from "preact/hooks";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field, Select } from "../../design/field.tsx";
import { EmptyState, ErrorNote, Spinner } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { ListRows } from "./list-rows.tsx";
import type { Recording } from "./recording-time.ts";
import { RemovalDialog } from "./removal-dialog.tsx";
import type { Thumbnails } from "./thumbnails.ts";
import { type Choice, type Library, useLibrary, WHOLE_DAY } from "./use-library.ts";

const PERIODS = ["day", "week", "month", "all"] as const;
const KINDS = ["all", "video", "snapshot"] as const;

interface ListProps {
  readonly day: number;
  readonly revision: number;
  /** Of what is shown in the player. */
  readonly chosen: string | undefined;
  readonly thumbnails: Thumbnails;
  readonly onOpen: (recording: Recording) => void;
  readonly onRetry: () => void;
  /** These are deleted. */
  readonly onRemoved: (ids: ReadonlySet<string>) => void;
}

/** The library by time, kind and tag, a page at a time. */
export function List(props: ListProps) {
  const { day, revision, chosen, thumbnails, onOpen, onRetry, onRemoved } = props;
  const text = useText();
  const words = text.recordings.list;
  const [choice, setChoice] = useState<Choice>(WHOLE_DAY);
  const library = useLibrary(day, choice, revision);
  const [selected, setSelected] = useState<readonly Recording[]>([]);
  const items = library.value?.items ?? [];
  const { session } = usePage();
  const selection = session.may("Storage_rw") ? { selected, onSelect: setSelected } : undefined;
  return (
    <section class="panel stack list" aria-labelledby="list-title">
      <h2 id="list-title">{words.label}</h2>
      <Choices choice={choice} onChoose={setChoice} items={items} />
      {selected.length > 0 && <Selection selected={selected} onSelect={setSelected} onRemoved={onRemoved} />}
      {library.error !== undefined && (
        <ErrorNote text={sentenceOf(library.error, text.errors)} retry={{ label: text.app.tryAgain, onRetry }} />
      )}
      {library.value === undefined && library.isLoading && <Spinner label={text.app.loading} />}
      {library.value !== undefined && items.length === 0 && (
        <NothingListed choice={choice} onClear={() => setChoice(WHOLE_DAY)} />
      )}
      {items.length > 0 && (
        <ListRows {...{ items, chosen, thumbnails, onOpen, selection }} isWithDate={choice.period !== "day"} />
      )}
      <Pages library={library} />
    </section>
  );
}

interface ChoicesProps {
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
  /** Their tags are proposed. */
  readonly items: readonly Recording[];
}

function Choices({ choice, onChoose, items }: ChoicesProps) {
  const words = useText().recordings.list;
  const [tag, setTag] = useState(choice.tag);
  useEffect(() => setTag(choice.tag), [choice.tag]);
  const titles = [...new Set(items.flatMap(({ tags }) => tags.map(({ title }) => title)))];
  const choose = (part: Partial<Choice>) => onChoose({ ...choice, ...part });
  return (
    <form
      class="choices"
      onSubmit={(event) => {
        event.preventDefault();
        choose({ tag: tag.trim() });
      }}
    >
      <Select
        label={words.period}
        name="period"
        value={choice.period}
        choices={PERIODS.map((value) => ({ value, label: words.periods[value] }))}
        onChoose={(value) => choose({ period: PERIODS.find((each) => each === value) ?? "day" })}
      />
      <Select
        label={words.kind}
        name="kind"
        value={choice.kind}
        choices={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
        onChoose={(value) => choose({ kind: KINDS.find((each) => each === value) ?? "all" })}
      />
      <Field
        label={words.tag}
        name="tag"
        type="search"
        placeholder={words.tagHint}
        value={tag}
        list="known-tags"
        autocomplete="off"
        onInput={(event) => setTag(event.currentTarget.value)}
        onChange={(event) => choose({ tag: event.currentTarget.value.trim() })}
      />
      <datalist id="known-tags">
        {titles.map((title) => (
          <option key={title} value={title} />
        ))}
      </datalist>
    </form>
  );
}

interface SelectionProps {
  readonly selected: readonly Recording[];
  readonly onSelect: (selected: readonly Recording[]) => void;
  readonly onRemoved: (ids: ReadonlySet<string>) => void;
}

function Selection({ selected, onSelect, onRemoved }: SelectionProps) {
  const words = useText().recordings.list;
  const formats = useFormats();
  const [isAsked, setIsAsked] = useState(false);
  const gone = useRef(new Set<string>());
  const size = selected.reduce((sum, { file_size }) => sum + file_size, 0);
  const close = () => {
    setIsAsked(false);
    if (gone.current.size === 0) return;
    onSelect(selected.filter(({ id }) => !gone.current.has(id)));
    onRemoved(gone.current);
    gone.current = new Set();
  };
  return (
    <div class="selection row" role="status">
      <span>{words.selected(formats.number(selected.length), formats.bytes(size))}</span>
      <Button kind="quiet" onClick={() => onSelect([])}>
        {words.unselect}
      </Button>
      <Button id="remove-selected" kind="danger" icon="trash" onClick={() => setIsAsked(true)}>
        {words.removeSelected}
      </Button>
      {isAsked && <RemovalDialog recordings={selected} onRemoved={(id) => gone.current.add(id)} onClose={close} />}
    </div>
  );
}

function NothingListed({ choice, onClear }: { readonly choice: Choice; readonly onClear: () => void }) {
  const words = useText().recordings.list;
  const { period, kind, tag } = choice;
  const isFiltered = kind !== "all" || tag !== "";
  return (
    <EmptyState icon="recordings" title={words.empty}>
      <p>{isFiltered ? words.emptyFiltered : period === "all" ? words.emptyAll : words.emptyDay}</p>
      {isFiltered && <Button onClick={onClear}>{words.clear}</Button>}
    </EmptyState>
  );
}

function Pages({ library: { page, older, newer } }: { readonly library: Library }) {
  const words = useText().recordings.list;
  const formats = useFormats();
  if (older === undefined && newer === undefined) return null;
  return (
    <div class="row pages">
      <Button id="newer" icon="left" disabled={newer === undefined} onClick={newer}>
        {words.previous}
      </Button>
      <span role="status">{words.page(formats.number(page))}</span>
      <Button id="older" icon="right" disabled={older === undefined} onClick={older}>
        {words.next}
      </Button>
    </div>
  );
}
