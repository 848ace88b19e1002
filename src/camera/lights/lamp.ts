/** One light. */
export interface Lamp {
  /** Why it cannot be used here, a sentence without its end; undefined when it can. */
  readonly problem: string | undefined;
  /** 0 (off) to 100 percent. Throws AppError `unavailable`. */
  set(percent: number): void;
  /** What it gives now, as far as that is known. */
  read(): number;
  close(): void;
}
