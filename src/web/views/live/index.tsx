import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Deck } from "./deck.tsx";
import { LivePlayer } from "./live-player.ts";
import { Readout } from "./readout.tsx";
import { Stage } from "./stage.tsx";
import { createSteering, type Steering } from "./steering.ts";
import { type StreamName, Toolbar } from "./toolbar.tsx";
import { WhyDialog } from "./why-dialog.tsx";

/** The live picture, and everything that is done while looking at it. */
export function LiveView() {
  const { session } = usePage();
  const text = useText().live;
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const [stream, setStream] = useState<StreamName>("stream1");
  const [isWhyOpen, setIsWhyOpen] = useState(false);
  const player = useLivePlayer(video, still, stream);
  const steering = useSteering();
  const [isDeckOpen, setIsDeckOpen] = useState(true);
  const deck = session.may("Device_rw")
    ? { isOpen: isDeckOpen, onToggle: () => setIsDeckOpen(!isDeckOpen) }
    : undefined;
  const openWhy = () => setIsWhyOpen(true);
  return (
    <div class="live">
      <div class="live-frame">
        <Stage video={video} still={still} player={player} stream={stream} steering={steering} onWhy={openWhy} />
        <div class="live-bar">
          <Toolbar
            stream={stream}
            onStream={setStream}
            video={video}
            isPlaying={player?.state.value.kind === "playing"}
            onWhy={openWhy}
            deck={deck}
          />
          <Readout player={player} />
        </div>
      </div>
      {deck?.isOpen && (
        <aside class="deck" aria-label={text.deck}>
          <Deck steering={steering} />
        </aside>
      )}
      {isWhyOpen && player !== undefined && <WhyDialog player={player} onClose={() => setIsWhyOpen(false)} />}
    </div>
  );
}

/** Undefined until the video element stands. */
function useLivePlayer(
  video: { readonly current: HTMLVideoElement | null },
  still: { readonly current: HTMLCanvasElement | null },
  stream: string,
): LivePlayer | undefined {
  const { http, session } = usePage();
  const logins = session.logins.value;
  const [player, setPlayer] = useState<LivePlayer>();
  useEffect(() => {
    if (video.current === null || still.current === null) return undefined;
    const fresh = new LivePlayer(video.current, still.current, stream, http);
    setPlayer(fresh);
    return () => fresh.stop();
  }, [http, stream, video, still, logins]);
  return player;
}

/** Undefined where the camera cannot be moved, or not by this user. */
function useSteering(): Steering | undefined {
  const { control, session, report } = usePage();
  const steering = useMemo(
    () => createSteering((command) => control.settings.order("ptz", command), report),
    [control, report],
  );
  useEffect(() => steering.stop, [steering]);
  const canMove = control.settings.value("pan").value !== undefined;
  return canMove && session.may("Device_rw") ? steering : undefined;
}
