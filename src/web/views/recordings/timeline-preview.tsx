import { useEffect, useState } from "preact/hooks";
import { useFormats, useText } from "../../app/page.ts";
import type { DayContent } from "./day-content.ts";
import { type Recording, recordingAt, type Span } from "./recording-time.ts";
import { Thumbnail } from "./thumbnail.tsx";
import type { Thumbnails } from "./thumbnails.ts";
import { percentAt } from "./timeline-scale.ts";

/** Pictures are near a moment within this part of what is shown. */
const NEAR = 1 / 150;
/** Who sweeps over the line wants no picture of each recording. */
const REST_MS = 80;

interface PreviewProps {
  readonly atMs: number;
  readonly shown: Span;
  readonly content: DayContent;
  readonly thumbnails: Thumbnails;
}

/** What there is at a moment that is pointed at. */
export function Preview({ atMs, shown, content, thumbnails }: PreviewProps) {
  const words = useText().recordings.timeline;
  const formats = useFormats();
  const found = pictureAt(content, atMs, (shown.toMs - shown.fromMs) * NEAR);
  const rested = useRested(found);
  return (
    <div class="timeline-preview" aria-hidden="true" style={{ "--at": `${percentAt(shown, atMs)}%` }}>
      {found !== undefined &&
        (rested === found ? (
          <Thumbnail key={found.id} recording={found} thumbnails={thumbnails} />
        ) : (
          <span class="thumbnail" />
        ))}
      <span class="figures">{found === undefined ? words.nothingAt(formats.time(atMs)) : formats.time(atMs)}</span>
    </div>
  );
}

/** A stored picture that is near, or the recording of that moment. */
function pictureAt({ videos, snapshots }: DayContent, atMs: number, nearMs: number): Recording | undefined {
  return snapshots.find(({ start }) => Math.abs(start - atMs) < nearMs) ?? recordingAt(videos, atMs);
}

function useRested(found: Recording | undefined): Recording | undefined {
  const [rested, setRested] = useState<Recording>();
  useEffect(() => {
    const timer = setTimeout(() => setRested(found), REST_MS);
    return () => clearTimeout(timer);
  }, [found]);
  return rested;
}
