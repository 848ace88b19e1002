import { useMemo } from "preact/hooks";
import type { DayContent } from "./day-content.ts";
import { type Span, spanOf } from "./recording-time.ts";
import { blocks, percentAt } from "./timeline-scale.ts";

/** What happened, a lane a kind. Read out it is the list. */
export function Lanes({ content, shown }: { readonly content: DayContent; readonly shown: Span }) {
  // a playhead that moves draws none of them anew
  return useMemo(() => {
    const { videos, snapshots, motion } = content;
    const byMotion = videos.filter(({ trigger }) => trigger === "motion").map(spanOf);
    const others = videos.filter(({ trigger }) => trigger !== "motion").map(spanOf);
    const moment = (atMs: number) => ({ fromMs: atMs, toMs: atMs });
    const tags = [...videos, ...snapshots].flatMap((each) => each.tags.map(({ timestamp }) => moment(timestamp)));
    return (
      <div class="lanes" aria-hidden="true">
        <div class="lane">
          <Blocks kind="video" spans={others} shown={shown} />
          <Blocks kind="byMotion" spans={byMotion} shown={shown} />
          <Blocks kind="tag" spans={tags} shown={shown} />
        </div>
        <div class="lane lane-thin">
          <Blocks kind="motion" spans={motion} shown={shown} />
          <Blocks kind="picture" spans={snapshots.map(({ start }) => moment(start))} shown={shown} />
        </div>
      </div>
    );
  }, [content, shown]);
}

interface BlocksProps {
  readonly kind: "video" | "byMotion" | "motion" | "picture" | "tag";
  readonly spans: readonly Span[];
  readonly shown: Span;
}

function Blocks({ kind, spans, shown }: BlocksProps) {
  return (
    <>
      {blocks(spans, shown).map(({ fromMs, toMs }) => (
        <span
          key={fromMs}
          class={`block lane-${kind}`}
          style={{
            insetInlineStart: `${percentAt(shown, fromMs)}%`,
            inlineSize: `${percentAt(shown, toMs) - percentAt(shown, fromMs)}%`,
          }}
        />
      ))}
    </>
  );
}
