import type { Log } from "../../../core/log.ts";
import type { Scheduler } from "../../../core/scheduler.ts";
import { writeEnvelope } from "../../../soap/envelope.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { Consumer } from "./consumer.ts";
import { MAX_LIFETIME_MS } from "./lifetime.ts";
import type { Notification } from "./notification.ts";
import type { Subscription } from "./subscription.ts";

/** Posts a message; resolves with whether the consumer took it. Never rejects. */
export type PostNotification = (consumer: Consumer, message: string, signal: AbortSignal) => Promise<boolean>;

/** What pushing is built over. */
export interface PushParts {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly post: PostNotification;
}

const NOTIFY_ACTION = "http://docs.oasis-open.org/wsn/bw-2/NotificationConsumer/Notify";
/** Messages in one Notify. */
const MAX_AT_ONCE = 20;
const ANSWER_TIMEOUT_MS = 5000;
/** A consumer that fails so often in a row is gone. */
const MAX_FAILURES = 5;
/** Before the second try; doubles with each. */
const FIRST_PAUSE_MS = 1000;

/** Posts what comes to the consumer, one message at a time, until the subscription ends; ends it when the consumer is gone. */
export async function push(subscription: Subscription, consumer: Consumer, parts: PushParts): Promise<void> {
  const { ended } = subscription;
  while (!ended.aborted) {
    const messages = await subscription.next(MAX_AT_ONCE, MAX_LIFETIME_MS);
    if (messages.length === 0 || (await deliver(writeNotify(consumer, messages), consumer, ended, parts))) continue;
    if (ended.aborted) return;
    parts.log.warn("a subscription was ended: its consumer does not answer", { consumer: consumer.url.host });
    subscription.end();
  }
}

async function deliver(text: string, consumer: Consumer, ended: AbortSignal, parts: PushParts): Promise<boolean> {
  const { scheduler, post } = parts;
  for (let failures = 0; failures < MAX_FAILURES && !ended.aborted; failures += 1) {
    if (failures > 0) await pause(FIRST_PAUSE_MS * 2 ** (failures - 1), ended, scheduler);
    const tooLong = new AbortController();
    const cancel = scheduler.after(ANSWER_TIMEOUT_MS, () => tooLong.abort());
    const wasTaken = await post(consumer, text, AbortSignal.any([ended, tooLong.signal]));
    cancel();
    if (wasTaken) return true;
  }
  return false;
}

async function pause(ms: number, ended: AbortSignal, scheduler: Scheduler): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = () => resolve();
  const cancel = scheduler.after(ms, over);
  ended.addEventListener("abort", over);
  await promise;
  ended.removeEventListener("abort", over);
  cancel();
}

function writeNotify({ url, headers }: Consumer, messages: readonly Notification[]): string {
  const body = xml(
    "wsnt:Notify",
    messages.map((message) => message.xml),
  );
  return writeEnvelope(body, { action: NOTIFY_ACTION, to: url.href, headers });
}

/** Posts over HTTP to the address that was found, whatever the name leads to now; certificates have to be right, redirects are not followed. */
export const postNotification: PostNotification = async ({ url, address }, message, signal) => {
  const target = new URL(url);
  target.hostname = address.includes(":") ? `[${address}]` : address;
  try {
    const answer = await fetch(target, {
      method: "POST",
      body: message,
      headers: {
        Host: url.host,
        "Content-Type": `application/soap+xml; charset=utf-8; action="${NOTIFY_ACTION}"`,
      },
      redirect: "manual",
      keepalive: false,
      ...(url.hostname === target.hostname ? {} : { tls: { serverName: url.hostname } }),
      signal,
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
};
