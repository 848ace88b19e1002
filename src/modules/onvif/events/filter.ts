import { findChildren, isNamed, type XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { Refuse } from "./faults.ts";
import { type ItemTest, parseItemFilter } from "./item-filter.ts";
import { CONCRETE_SET, type Items, type Notification } from "./notification.ts";
import { parseTopicExpression, type TopicTest } from "./topic-expression.ts";
import { TOPIC_PATHS } from "./topics.ts";

/** Whether a subscriber wants it. */
export type NotificationFilter = (notification: Pick<Notification, "topic" | "source" | "data">) => boolean;

/** The dialects that topics may be named in. */
export const TOPIC_DIALECTS = ["http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete", CONCRETE_SET] as const;
/** The one that contents may be named in. */
export const CONTENT_DIALECT = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter";
/** Expressions of one filter; real clients send two. */
const MAX_EXPRESSIONS = 8;

/** Reads a `Filter`, all of whose expressions have to hold; undefined: everything passes. Throws SoapFault by the names of WS-BaseNotification §4.2. */
export function readFilter(element: XmlElement | undefined, refuse: Refuse): NotificationFilter {
  const expressions = element?.children ?? [];
  if (expressions.length > MAX_EXPRESSIONS)
    throw refuse("wsnt:SubscribeCreationFailedFault", `A filter has at most ${MAX_EXPRESSIONS} expressions`);
  const unknown = expressions.filter(
    (each) => !isNamed(each, "wsnt:TopicExpression") && !isNamed(each, "wsnt:MessageContent"),
  );
  if (unknown.length > 0) {
    const names = unknown.map(({ namespace, name }) =>
      namespace === ""
        ? xml("wsnt:UnknownFilter", name)
        : xml("wsnt:UnknownFilter", { "xmlns:q": namespace }, `q:${name}`),
    );
    throw refuse("wsnt:InvalidFilterFault", "Only topics and message contents can be filtered", names);
  }
  const topics = findChildren(element, "wsnt:TopicExpression").map((each) => readTopic(each, refuse));
  const contents = findChildren(element, "wsnt:MessageContent").map((each) => readContent(each, refuse));
  return ({ topic, source, data }) => {
    if (!topics.every((test) => test(topic.path))) return false;
    const items = contents.length === 0 ? [] : simpleItems(source, data);
    return contents.every((test) => test(items));
  };
}

function readTopic(element: XmlElement, refuse: Refuse): TopicTest {
  const dialect = TOPIC_DIALECTS.find((each) => each === element.attributes.get("Dialect"));
  if (dialect === undefined)
    throw refuse("wsnt:TopicExpressionDialectUnknownFault", `Topics are named in ${TOPIC_DIALECTS.join(" or ")}`);
  const test = parseTopicExpression(element, dialect === CONCRETE_SET);
  if (test === undefined) throw refuse("wsnt:InvalidTopicExpressionFault", "The topic expression cannot be read");
  if (!TOPIC_PATHS.some(test)) throw refuse("wsnt:TopicNotSupportedFault", "This device has no such topic");
  return test;
}

function readContent(element: XmlElement, refuse: Refuse): ItemTest {
  const name = "wsnt:InvalidMessageContentExpressionFault";
  if (element.attributes.get("Dialect") !== CONTENT_DIALECT)
    throw refuse(name, `Contents are filtered in ${CONTENT_DIALECT}`);
  const test = parseItemFilter(element);
  if (test === undefined) throw refuse(name, "The filter of the content cannot be read");
  return test;
}

function simpleItems(...lists: readonly Items[]) {
  return lists.flatMap((list) => Object.entries(list).map(([name, value]) => ({ name, value: String(value) })));
}
