import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useFormats, useText } from "../../app/page.ts";
import type { HistoryLine, ReadingHistory } from "./reading-history.ts";

const HEIGHT = 88;
const SPAN_S = 120;
/** Wide enough for four digits. */
const AXIS_WIDTH = 40;
const TIME_HEIGHT = 22;
/** Half of a line of text stands above the topmost value. */
const TOP = 8;
/** Seconds between times that are written. */
const TIME_STEPS = [30, 60];
/** Of the topmost value; the line should not touch the edge. */
const HEADROOM = 1.15;

/** What is drawn, and with how many decimals it is said. */
const LINES: readonly (readonly [line: HistoryLine, digits: number])[] = [
  ["latencyMs", 0],
  ["fps", 0],
  ["mbitPerSecond", 1],
  ["lossPercent", 1],
];

/** How live video arrived in the last two minutes; what is drawn is said in words as well. */
export function ReadingCharts({ history }: { readonly history: ReadingHistory }) {
  return (
    <div class="charts">
      {LINES.map(([line, digits]) => (
        <LineChart key={line} line={line} digits={digits} times={history.times} values={history.lines[line]} />
      ))}
    </div>
  );
}

interface LineChartProps {
  readonly line: HistoryLine;
  readonly digits: number;
  readonly times: ReadingHistory["times"];
  readonly values: readonly (number | null)[];
}

function LineChart({ line, digits, times, values }: LineChartProps) {
  const text = useText().live.why.history;
  const formats = useFormats();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  useEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const fresh = new uPlot(optionsOf(current, formats.time), [[], []], current);
    chart.current = fresh;
    const observer = new ResizeObserver(() => fresh.setSize({ width: current.clientWidth, height: HEIGHT }));
    observer.observe(current);
    return () => {
      observer.disconnect();
      fresh.destroy();
    };
  }, [formats]);
  useEffect(() => chart.current?.setData([[...times], [...values]]), [times, values]);
  const known = values.filter((value) => value !== null);
  const [now] = known.slice(-1);
  const say = (value: number) => formats.number(value, digits);
  const summary =
    now === undefined ? text.unknown : text.summary(say(now), say(Math.min(...known)), say(Math.max(...known)));
  return (
    <figure class="chart" data-line={line}>
      <figcaption>
        <span>{text.lines[line]}</span>
        <span class="figures">{summary}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${text.lines[line]}: ${summary}`} />
    </figure>
  );
}

/** Colours are asked for at each drawing, as the theme may change. */
function optionsOf(place: HTMLElement, timeOf: (unixMs: number) => string): uPlot.Options {
  const colour = (token: string) => () => getComputedStyle(place).getPropertyValue(token);
  const font = `11px ${getComputedStyle(place).fontFamily}`;
  const axis = {
    font,
    stroke: colour("--ink-soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [TOP, 1, null, null],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_, _least, newest) => [newest - SPAN_S, newest] },
      y: { range: (_, _least, most) => [0, (most ?? 0) > 0 ? most * HEADROOM : 1] },
    },
    axes: [
      {
        ...axis,
        size: TIME_HEIGHT,
        incrs: TIME_STEPS,
        values: (_, times) => times.map((time) => timeOf(time * 1000)),
      },
      { ...axis, size: AXIS_WIDTH, space: 24 },
    ],
    series: [{}, { stroke: colour("--accent"), width: 1.5, spanGaps: false, points: { show: false } }],
  };
}
