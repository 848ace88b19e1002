import { useEffect, useState } from "preact/hooks";
import { usePage } from "../../app/page.ts";

const PERIOD_MS = 1000;

/** A picture of a stream, renewed once a second while the page is seen: its URL, and why there is no newer one. */
export function useStill(stream: string): { readonly url: string | undefined; readonly error: unknown } {
  const { http } = usePage();
  const [url, setUrl] = useState<string>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let shown: string | undefined;
    const show = (picture: Blob) => {
      if (!isWanted) return;
      const before = shown;
      shown = URL.createObjectURL(picture);
      setUrl(shown);
      setError(undefined);
      if (before !== undefined) URL.revokeObjectURL(before);
    };
    const take = async () => {
      if (!document.hidden) {
        await http
          .request(`/api/snapshot?stream=${stream}`)
          .then((answer) => answer.blob())
          .then(show, (refused) => isWanted && setError(refused));
      }
      if (isWanted) timer = setTimeout(take, PERIOD_MS);
    };
    void take();
    return () => {
      isWanted = false;
      clearTimeout(timer);
      if (shown !== undefined) URL.revokeObjectURL(shown);
    };
  }, [http, stream]);
  return { url, error };
}
