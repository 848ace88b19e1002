import { type LogSink, lineSink } from "./log.ts";

/** A day of an ordinary device, an hour of one in trouble. */
const MAX_LINES = 1000;
/** A line that somebody else's words have made long is cut. */
const MAX_LINE_LENGTH = 2000;

/** A log's newest lines. */
export interface LogRing {
  /** Writes to the sink below, and keeps. */
  readonly sink: LogSink;
  /** JSON, oldest first, at most 1000 of at most 2000 characters. */
  lines(): readonly string[];
}

/** Keeps what is written to `sink`. */
export function createLogRing(sink: LogSink, wallMs: () => number): LogRing {
  const kept: string[] = [];
  let next = 0;
  const keeping = lineSink(sink.level, false, wallMs, (line) => {
    kept[next] = line.trimEnd().slice(0, MAX_LINE_LENGTH);
    next = (next + 1) % MAX_LINES;
  });
  return {
    sink: {
      level: sink.level,
      write(...line) {
        sink.write(...line);
        keeping.write(...line);
      },
    },
    lines: () => [...kept.slice(next), ...kept.slice(0, next)],
  };
}
