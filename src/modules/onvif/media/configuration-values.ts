import * as v from "valibot";
import type { Json } from "../../../core/json.ts";
import type { OnvifMediaTable } from "../../../storage/onvif-media-table.ts";
import { TOKENS } from "../profiles.ts";
import type { MediaChanges } from "./media-changes.ts";
import { type ConfigurationType, ENCODER_TOKENS } from "./profile.ts";

/** What the metadata track carries. */
export type MetadataValues = {
  readonly ptzStatus: boolean;
  readonly ptzPosition: boolean;
  /** Null: no events; empty: all of them; else a topic expression of dialect ConcreteSet with the prefix `tns1`. */
  readonly topics: string | null;
};

/** How JPEGs are made. */
export type JpegValues = {
  /** In whose size. */
  readonly stream: "main" | "sub";
  /** At most so many a second. */
  readonly fps: number;
  /** 1–100. */
  readonly quality: number;
};

const NAMES: Readonly<Record<string, string>> = {
  [TOKENS.videoSourceConfiguration]: "Video source",
  [ENCODER_TOKENS.main]: "H.264 main",
  [ENCODER_TOKENS.sub]: "H.264 sub",
  [ENCODER_TOKENS.jpeg]: "JPEG",
  [TOKENS.analyticsConfiguration]: "Motion",
  [TOKENS.metadataConfiguration]: "Metadata",
};
const METADATA: MetadataValues = { ptzStatus: true, ptzPosition: true, topics: "" };
/** Recorders that want JPEG show many cameras at once. */
const JPEG: JpegValues = { stream: "sub", fps: 10, quality: 60 };

/** A row of any configuration. */
const Row = v.partial(
  v.object({
    name: v.string(),
    ptzStatus: v.boolean(),
    ptzPosition: v.boolean(),
    topics: v.nullable(v.string()),
    stream: v.picklist(["main", "sub"]),
    fps: v.number(),
    quality: v.number(),
  }),
);

/** What of the configurations is no setting: names, the metadata track, JPEG. Kept over restarts. */
export class ConfigurationValues {
  readonly #table: Pick<OnvifMediaTable, "load" | "save">;
  readonly #changes: MediaChanges;
  readonly #kept = new Map<string, object>();

  constructor(table: Pick<OnvifMediaTable, "load" | "save">, changes: MediaChanges) {
    this.#table = table;
    this.#changes = changes;
    for (const [token, value] of table.load("configuration")) {
      const row = v.safeParse(Row, value);
      if (row.success) this.#kept.set(token, row.output);
    }
  }

  name(token: string): string {
    return { name: NAMES[token] ?? token, ...this.#kept.get(token) }.name;
  }

  get metadata(): MetadataValues {
    return { ...METADATA, ...this.#kept.get(TOKENS.metadataConfiguration) };
  }

  get jpeg(): JpegValues {
    return { ...JPEG, ...this.#kept.get(ENCODER_TOKENS.jpeg) };
  }

  /** Keeps values that were checked. */
  set(
    type: ConfigurationType,
    token: string,
    values: { readonly name: string } & Partial<MetadataValues> & Partial<JpegValues>,
  ): void {
    const before = { name: this.name(token), ...this.#kept.get(token) };
    const after = { ...before, ...values };
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    this.#table.save("configuration", token, after as Json);
    this.#kept.set(token, after);
    this.#changes.tell({ kind: "configuration", token, type });
  }
}
