import * as v from "valibot";
import type { Json } from "../../../core/json.ts";
import { actionFailed, invalidArgument, SoapFault } from "../../../soap/fault.ts";
import type { OnvifMediaTable } from "../../../storage/onvif-media-table.ts";
import type { MediaProfiles } from "../profiles.ts";
import { configurationConflict, incompleteConfiguration, noConfig, noProfile } from "./faults.ts";
import type { MediaChanges } from "./media-changes.ts";
import {
  CONFIGURATION_TOKENS,
  CONFIGURATION_TYPES,
  type Configurations,
  type ConfigurationType,
  FIXED_PROFILES,
  type Profile,
  type ProfileStream,
  type ProfileTrack,
  streamOfEncoder,
} from "./profile.ts";

/** Enough for a recorder, a wall and a phone; each costs a row. */
const MAX_CREATED_PROFILES = 8;
/** What GetServiceCapabilities says. */
export const MAX_PROFILES: number = FIXED_PROFILES.length + MAX_CREATED_PROFILES;
/** Tokens stand in RTSP URLs. */
const TOKEN = /^(?!\.+$)[A-Za-z0-9._-]{1,64}$/;

interface Kept {
  readonly name: string;
  readonly isFixed: boolean;
  readonly configurations: Configurations;
  readonly isMulticast: boolean;
}

const Row = v.object({
  name: v.string(),
  isMulticast: v.boolean(),
  configurations: v.record(v.string(), v.string()),
});

/** What a change of a profile brings. */
export interface ProfileChange {
  readonly name?: string | undefined;
  readonly add?: Configurations;
  readonly remove?: readonly ConfigurationType[];
}

/** The media profiles, fixed ones first, those that cannot play last; kept over restarts. */
export class ProfileList implements MediaProfiles {
  readonly #table: Pick<OnvifMediaTable, "load" | "save" | "remove">;
  readonly #newToken: () => string;
  readonly #changes: MediaChanges;
  readonly #kept = new Map<string, Kept>();

  constructor(table: Pick<OnvifMediaTable, "load" | "save" | "remove">, newToken: () => string, changes: MediaChanges) {
    this.#table = table;
    this.#newToken = newToken;
    this.#changes = changes;
    const rows = table.load("profile");
    for (const { token, name, configurations } of FIXED_PROFILES)
      this.#kept.set(token, restored({ name, isFixed: true, configurations, isMulticast: false }, rows.get(token)));
    for (const [token, row] of rows)
      if (!this.#kept.has(token))
        this.#kept.set(token, restored({ name: token, isFixed: false, configurations: {}, isMulticast: false }, row));
  }

  all(): readonly Profile[] {
    const profiles = [...this.#kept].map(([token, kept]) => toProfile(token, kept));
    const rank = ({ isFixed, configurations }: Profile) => (isFixed ? 0 : playedBy(configurations) ? 1 : 2);
    return profiles.toSorted((a, b) => rank(a) - rank(b));
  }

  find(token: string): Profile | undefined {
    const kept = this.#kept.get(token);
    return kept && toProfile(token, kept);
  }

  /** Throws SoapFault NoProfile. */
  get(token: string): Profile {
    const profile = this.find(token);
    if (profile === undefined) throw noProfile();
    return profile;
  }

  /** What a profile plays; undefined: there is none of that token, or it is not complete. */
  streamOf(token: string): ProfileStream | undefined {
    return playedBy(this.#kept.get(token)?.configurations ?? {});
  }

  /** The same. Throws SoapFault NoProfile, IncompleteConfiguration. */
  playedStream(token: string): ProfileStream {
    const stream = playedBy(this.get(token).configurations);
    if (stream === undefined) throw incompleteConfiguration();
    return stream;
  }

  /** What is sent of a profile: nothing while it cannot play. */
  tracksOf({ configurations, hasMetadata }: Profile): readonly ProfileTrack[] {
    const stream = playedBy(configurations);
    if (stream === undefined) return [];
    return hasMetadata ? [stream, "metadata"] : [stream];
  }

  /** What is sent to groups without viewers. */
  multicastTracks(): ReadonlySet<ProfileTrack> {
    return new Set(
      this.all()
        .filter(({ isMulticast }) => isMulticast)
        .flatMap((profile) => this.tracksOf(profile)),
    );
  }

  /** How many profiles have a configuration. */
  useCount(configuration: string): number {
    return this.all().filter(({ configurations }) => Object.values(configurations).includes(configuration)).length;
  }

  /** Configurations of a kind that a profile could have; all of them without a profile. */
  compatible(type: ConfigurationType, profile?: Profile): readonly string[] {
    const own = profile?.configurations[type];
    return profile?.isFixed && isKeptByFixed(type) && own !== undefined ? [own] : CONFIGURATION_TOKENS[type];
  }

  /** Throws SoapFault ProfileExists, MaxNVTProfiles, NoConfig, InvalidArgVal for a token that no URL can hold. */
  create(name: string, token: string | undefined, configurations: Configurations): Profile {
    if (token !== undefined && this.#kept.has(token))
      throw invalidArgument("ter:ProfileExists", "There is a profile with that token");
    if (token !== undefined && !TOKEN.test(token))
      throw invalidArgument(undefined, "A token has up to 64 letters, digits, dots, hyphens and underscores");
    checkTokens(configurations);
    if (this.#kept.size >= MAX_PROFILES)
      throw actionFailed("ter:MaxNVTProfiles", `There are ${MAX_PROFILES} profiles already`);
    return this.#keep(token ?? this.#newToken(), { name, isFixed: false, configurations, isMulticast: false });
  }

  /** Throws SoapFault NoProfile, DeletionOfFixedProfile. */
  delete(token: string): void {
    if (this.get(token).isFixed)
      throw new SoapFault("Sender", ["ter:Action", "ter:DeletionOfFixedProfile"], "This profile cannot be deleted");
    this.#table.remove("profile", token);
    this.#kept.delete(token);
    this.#changes.tell({ kind: "profile", token });
  }

  /** All or nothing. Throws SoapFault NoProfile, NoConfig, ConfigurationConflict. */
  change(token: string, { name, add = {}, remove = [] }: ProfileChange): void {
    const { isFixed, configurations: present } = this.get(token);
    checkTokens(add);
    const left = Object.entries(present).filter(([type]) => !remove.includes(type as ConfigurationType));
    const configurations: Configurations = { ...Object.fromEntries(left), ...add };
    if (isFixed && CONFIGURATION_TYPES.some((type) => isKeptByFixed(type) && configurations[type] !== present[type]))
      throw configurationConflict("A fixed profile keeps its video source and encoder");
    const kept = this.#kept.get(token);
    if (kept !== undefined) this.#keep(token, { ...kept, configurations, ...(name !== undefined && { name }) });
  }

  /** Throws SoapFault NoProfile. */
  setMulticast(token: string, isMulticast: boolean): void {
    this.get(token);
    const kept = this.#kept.get(token);
    if (kept !== undefined && kept.isMulticast !== isMulticast) this.#keep(token, { ...kept, isMulticast });
  }

  #keep(token: string, kept: Kept): Profile {
    const { name, configurations, isMulticast } = kept;
    this.#table.save("profile", token, { name, configurations, isMulticast });
    this.#kept.set(token, kept);
    this.#changes.tell({ kind: "profile", token });
    return toProfile(token, kept);
  }
}

function toProfile(token: string, kept: Kept): Profile {
  const { VideoSource, PTZ, Metadata } = kept.configurations;
  const has = {
    hasVideoSource: VideoSource !== undefined,
    hasPtz: PTZ !== undefined,
    hasMetadata: Metadata !== undefined,
  };
  return { token, ...kept, ...has };
}

function isKeptByFixed(type: ConfigurationType): boolean {
  return type === "VideoSource" || type === "VideoEncoder";
}

function playedBy({ VideoSource, VideoEncoder }: Configurations): ProfileStream | undefined {
  return VideoSource === undefined ? undefined : streamOfEncoder(VideoEncoder);
}

function checkTokens(configurations: Configurations): void {
  for (const type of CONFIGURATION_TYPES) {
    const token = configurations[type];
    if (token !== undefined && !CONFIGURATION_TOKENS[type].includes(token)) throw noConfig();
  }
}

/** A row may be of another version: what is unknown is left out, and one that cannot be read is as good as none. */
function restored(initial: Kept, row: Json | undefined): Kept {
  const read = v.safeParse(Row, row);
  if (!read.success) return initial;
  const { name, configurations, isMulticast } = read.output;
  const known = CONFIGURATION_TYPES.filter((type) => CONFIGURATION_TOKENS[type].includes(configurations[type] ?? ""));
  const own = initial.isFixed ? CONFIGURATION_TYPES.filter(isKeptByFixed) : [];
  return {
    ...initial,
    name,
    isMulticast,
    configurations: {
      ...Object.fromEntries(known.map((type) => [type, configurations[type]])),
      ...Object.fromEntries(own.map((type) => [type, initial.configurations[type]])),
    },
  };
}
