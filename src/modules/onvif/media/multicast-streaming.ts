import { notOffered } from "../../../soap/fault.ts";
import type { MediaMulticast } from "./media-parts.ts";
import type { ProfileTrack } from "./profile.ts";
import type { ProfileList } from "./profile-list.ts";

/** Sends the tracks of profiles to their groups without viewers: since they were told to start, over restarts, until they are told to stop. */
export class MulticastStreaming {
  readonly #multicast: MediaMulticast;
  readonly #profiles: ProfileList;
  /** How to stop what is sent now. */
  readonly #running = new Map<ProfileTrack, () => void>();

  /** Goes on with what was started before. */
  constructor(multicast: MediaMulticast, profiles: ProfileList) {
    this.#multicast = multicast;
    this.#profiles = profiles;
    this.follow();
  }

  /** Throws SoapFault NoProfile, IncompleteConfiguration, ActionNotSupported where there is no multicast for it. */
  start(profile: string): void {
    this.#profiles.playedStream(profile);
    const tracks = this.#profiles.tracksOf(this.#profiles.get(profile));
    try {
      if (!this.#multicast.isOffered || !tracks.every((track) => this.#run(track))) throw notOffered();
      this.#profiles.setMulticast(profile, true);
    } finally {
      this.follow(); // what has begun for nothing ends
    }
  }

  /** Has no effect where it was not started. Throws SoapFault NoProfile. */
  stop(profile: string): void {
    this.#profiles.setMulticast(profile, false);
    this.follow();
  }

  /** To be called when profiles have changed: sends what they say and nothing else. */
  follow(): void {
    const wanted = this.#profiles.multicastTracks();
    for (const [track, stop] of this.#running) {
      if (wanted.has(track)) continue;
      this.#running.delete(track);
      stop();
    }
    if (this.#multicast.isOffered) for (const track of wanted) this.#run(track);
  }

  /** False: it cannot be sent. */
  #run(track: ProfileTrack): boolean {
    if (this.#running.has(track)) return true;
    const stop = this.#multicast.start(track);
    if (stop !== undefined) this.#running.set(track, stop);
    return stop !== undefined;
  }
}
