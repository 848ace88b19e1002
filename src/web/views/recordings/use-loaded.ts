import { useEffect, useRef, useState } from "preact/hooks";
import { useRetry } from "../../app/retry.ts";

/** What was asked for, as far as it is here. */
export interface Loaded<T> {
  /** The newest answer; of other `keys` than now never. */
  readonly value: T | undefined;
  /** Why the newest question has no answer; the value may be an older one. */
  readonly error: unknown;
  readonly isLoading: boolean;
}

/** Asks when `keys` change, and again when `revision` does or what failed may pass; answers that come late are left. */
export function useLoaded<T>(ask: () => Promise<T>, keys: readonly unknown[], revision: number): Loaded<T> {
  const key = JSON.stringify(keys);
  const [loaded, setLoaded] = useState<Loaded<T> & { readonly key: string }>({
    ...{ key, value: undefined, error: undefined, isLoading: true },
  });
  const [turn, setTurn] = useState(0);
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    let isWanted = true;
    const tell = (news: Partial<Loaded<T>>) =>
      isWanted &&
      setLoaded((before) => ({
        key,
        value: before.key === key ? before.value : undefined,
        error: before.key === key ? before.error : undefined,
        isLoading: false,
        ...news,
      }));
    tell({ isLoading: true });
    newest.current().then(
      (value) => tell({ value, error: undefined }),
      (error: unknown) => tell({ error }),
    );
    return () => {
      isWanted = false;
    };
  }, [key, revision, turn]);
  useRetry(loaded.error, () => setTurn((before) => before + 1));
  return loaded.key === key ? loaded : { value: undefined, error: undefined, isLoading: true };
}
