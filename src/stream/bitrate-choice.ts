/** What the main stream's bitrate may be. */
export interface BitrateRange {
  /** What was asked for: where nothing is known of paths. */
  readonly askedKbps: number;
  readonly minKbps: number;
  readonly maxKbps: number;
}

/** Who gets the main stream. */
export interface MainViewers {
  /** What the paths carry that are known. */
  readonly budgetsKbps: readonly number[];
  /** There are others, of whose paths nothing is known: RTSP viewers. */
  readonly hasOthers: boolean;
  /** It is being recorded. */
  readonly isRecorded: boolean;
}

/** A path that carries about the least bitrate is served by it: budgets leave room to drain a queue. */
const ENOUGH = 0.8;
/** Smaller changes are not worth one. */
const LEAST_CHANGE = 0.03;

/**
 * The bitrate that the slowest viewer's path carries, of those that matter: who cannot have even the least bitrate is served by stream2
 * and holds nobody back. Never more than was asked for while others watch, of whom nothing is known. What is recorded has what was asked for,
 * within the range: it stays when the viewer is long gone, and a viewer whose path does not carry it is served by stream2. kbit/s.
 */
export function chooseBitrate(viewers: MainViewers, range: BitrateRange, presentKbps: number): number {
  const { askedKbps, minKbps, maxKbps } = range;
  const asked = Math.min(maxKbps, Math.max(askedKbps, minKbps));
  if (viewers.isRecorded) return asked;
  const upper = viewers.hasOthers ? asked : maxKbps;
  const mattering = viewers.budgetsKbps.filter((budget) => budget >= minKbps * ENOUGH);
  const carried = mattering.length === 0 ? askedKbps : Math.min(...mattering);
  const wanted = Math.round(Math.min(upper, Math.max(minKbps, carried)));
  const isBound = wanted === upper || wanted === minKbps || mattering.length === 0;
  return !isBound && Math.abs(wanted - presentKbps) < presentKbps * LEAST_CHANGE ? presentKbps : wanted;
}
