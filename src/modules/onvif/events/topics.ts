import type { QualifiedName } from "../../../soap/namespaces.ts";
import { type Xml, type XmlAttributes, xml } from "../../../soap/xml-writer.ts";

/** XML Schema types of a message's items by their names. */
type ItemTypes = Readonly<Record<string, "tt:ReferenceToken" | "xs:boolean" | "xs:string">>;

/** A topic in ONVIF's namespace and what its messages hold. */
export interface Topic {
  /** Below `tns1:`, parts joined by slashes. */
  readonly path: string;
  /** It has a state that can be asked for; else its messages are of moments. */
  readonly isProperty: boolean;
  readonly source: ItemTypes;
  readonly data: ItemTypes;
}

const SOURCE: ItemTypes = { Source: "tt:ReferenceToken" };
const STATE: ItemTypes = { State: "xs:boolean" };
const RULE: ItemTypes = {
  VideoSourceConfigurationToken: "tt:ReferenceToken",
  VideoAnalyticsConfigurationToken: "tt:ReferenceToken",
  Rule: "xs:string",
};

/** Everything that this device tells of. */
export const TOPICS = {
  motionAlarm: { path: "VideoSource/MotionAlarm", isProperty: true, source: SOURCE, data: STATE },
  cellMotion: {
    path: "RuleEngine/CellMotionDetector/Motion",
    isProperty: true,
    source: RULE,
    data: { IsMotion: "xs:boolean" },
  },
  regionMotion: { path: "RuleEngine/MotionRegionDetector/Motion", isProperty: true, source: RULE, data: STATE },
  signalLoss: { path: "VideoSource/SignalLoss", isProperty: true, source: SOURCE, data: STATE },
  imageTooDark: { path: "VideoSource/ImageTooDark/ImagingService", isProperty: true, source: SOURCE, data: STATE },
  storageFailure: {
    path: "Device/HardwareFailure/StorageFailure",
    isProperty: true,
    source: { Token: "tt:ReferenceToken" },
    data: { Failed: "xs:boolean" },
  },
  profileChanged: { path: "Media/ProfileChanged", isProperty: false, source: {}, data: { Token: "tt:ReferenceToken" } },
  configurationChanged: {
    path: "Media/ConfigurationChanged",
    isProperty: false,
    source: {},
    data: { Token: "tt:ReferenceToken", Type: "xs:string" },
  },
} as const satisfies Readonly<Record<string, Topic>>;

/** The paths of all topics. */
export const TOPIC_PATHS: readonly string[] = Object.values(TOPICS).map(({ path }) => path);

/** `wstop:TopicSet`: a tree with a description of its messages at each topic. */
export function describeTopics(): Xml {
  return xml("wstop:TopicSet", describeLevel(Object.values(TOPICS), 0));
}

function describeLevel(topics: readonly Topic[], depth: number): readonly Xml[] {
  return Object.entries(Object.groupBy(topics, ({ path }) => path.split("/")[depth] ?? "")).map(
    ([name, below = []]) => {
      const [topic] = below.filter(({ path }) => path.split("/").length === depth + 1);
      const deeper = below.filter((each) => each !== topic);
      // only the root of a path is in the namespace (WS-Topics §6)
      const tag = (depth === 0 ? `tns1:${name}` : name) as QualifiedName;
      const attributes: XmlAttributes = topic === undefined ? {} : { "wstop:topic": true };
      return xml(tag, attributes, topic && describeMessage(topic), describeLevel(deeper, depth + 1));
    },
  );
}

/** `tt:MessageDescription`, or another element of its kind that holds `more`. */
export function describeMessage(
  { isProperty, source, data }: Topic,
  name: QualifiedName = "tt:MessageDescription",
  more?: Xml,
): Xml {
  const items = [describeItems("tt:Source", source), describeItems("tt:Data", data)];
  return xml(name, { IsProperty: isProperty }, ...items, more);
}

function describeItems(name: QualifiedName, items: ItemTypes): Xml | undefined {
  const described = Object.entries(items).map(([Name, Type]) => xml("tt:SimpleItemDescription", { Name, Type }));
  return described.length === 0 ? undefined : xml(name, described);
}
