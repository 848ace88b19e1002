import { useEffect, useRef, useState } from "preact/hooks";
import { useText } from "../../app/page.ts";
import { sentenceOf } from "../../text/error-sentence.ts";

/** Something that the user does and that may be refused. */
export interface Action {
  readonly isBusy: boolean;
  /** Why it was refused, as a sentence. */
  readonly error: string | undefined;
  /** Does it; false when it was refused. While busy nothing more is done. */
  run(act: () => Promise<unknown>): Promise<boolean>;
}

/** One action at a time, with what became of it. */
export function useAction(): Action {
  const text = useText();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return {
    isBusy,
    error,
    async run(act) {
      if (isBusy) return false;
      setIsBusy(true);
      setError(undefined);
      try {
        await act();
        return true;
      } catch (refused) {
        if (isShown.current) setError(sentenceOf(refused, text.errors));
        return false;
      } finally {
        if (isShown.current) setIsBusy(false);
      }
    },
  };
}

/** What was entered into a form, by the names of its fields. */
export function entriesOf(event: SubmitEvent): (name: string) => string {
  const fields = new FormData(event.currentTarget as HTMLFormElement);
  return (name) => {
    const value = fields.get(name);
    return typeof value === "string" ? value : "";
  };
}
