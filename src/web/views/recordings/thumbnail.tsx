import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../design/icon.tsx";
import type { Recording } from "./recording-time.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** The small picture of a recording; what it is stands beside it. */
export function Thumbnail({
  recording,
  thumbnails,
}: {
  readonly recording: Recording;
  readonly thumbnails: Thumbnails;
}) {
  const { id, kind, state } = recording;
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let isWanted = true;
    setUrl(undefined);
    // it is made while the recording begins: too early to ask
    if (state === "recording") return undefined;
    void thumbnails.load(id).then((loaded) => isWanted && setUrl(loaded));
    return () => {
      isWanted = false;
    };
  }, [id, state, thumbnails]);
  return (
    <span class="thumbnail" data-kind={kind}>
      {url === undefined ? <Icon name={kind === "video" ? "recordings" : "snapshot"} /> : <img src={url} alt="" />}
    </span>
  );
}
