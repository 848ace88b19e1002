import { notOffered } from "../../../soap/fault.ts";
import type { MediaMulticast } from "./media-parts.ts";
import type { ProfileStream } from "./profile.ts";
import type { ProfileList } from "./profile-list.ts";

/** Sends the streams of profiles to their groups without viewers: since they were told to start, over restarts, until they are told to stop. */
export class MulticastStreaming {
  readonly #multicast: MediaMulticast;
  readonly #profiles: ProfileList;
  /** How to stop what is sent now. */
  readonly #running = new Map<ProfileStream, () => void>();

  /** Goes on with what was started before. */
  constructor(multicast: MediaMulticast, profiles: ProfileList) {
    this.#multicast = multicast;
    this.#profiles = profiles;
    this.follow();
  }

  /** Throws SoapFault NoProfile, IncompleteConfiguration, ActionNotSupported where there is no multicast for it. */
  start(profile: string): void {
    const stream = this.#profiles.playedStream(profile);
    if (!this.#multicast.isOffered || !this.#run(stream)) throw notOffered();
    this.#profiles.setMulticast(profile, true);
  }

  /** Has no effect where it was not started. Throws SoapFault NoProfile. */
  stop(profile: string): void {
    this.#profiles.setMulticast(profile, false);
    this.follow();
  }

  /** To be called when profiles have changed: sends what they say and nothing else. */
  follow(): void {
    const wanted = new Set(
      this.#profiles
        .all()
        .filter(({ isMulticast }) => isMulticast)
        .map(({ token }) => this.#profiles.streamOf(token)),
    );
    for (const [stream, stop] of this.#running) {
      if (wanted.has(stream)) continue;
      this.#running.delete(stream);
      stop();
    }
    if (this.#multicast.isOffered) for (const stream of wanted) if (stream !== undefined) this.#run(stream);
  }

  /** False: it cannot be sent. */
  #run(stream: ProfileStream): boolean {
    if (this.#running.has(stream)) return true;
    const stop = this.#multicast.start(stream);
    if (stop !== undefined) this.#running.set(stream, stop);
    return stop !== undefined;
  }
}
