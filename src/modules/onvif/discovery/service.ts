import { isDeepStrictEqual } from "node:util";
import type { Log } from "../../../core/log.ts";
import type { Link } from "./links.ts";
import { DiscoveryResponder, type ResponderParts } from "./responder.ts";
import { DiscoverySockets } from "./sockets.ts";

/** What discovery is built over. */
export interface DiscoveryParts extends Omit<ResponderParts, "send" | "links"> {
  /** As they are now. */
  readonly links: () => readonly Link[];
  readonly log: Log;
}

/** Discovery as it runs. */
export interface RunningDiscovery {
  /** Says Bye. */
  stop(): Promise<void>;
}

/** Interfaces come and go without notice. */
const LOOK_EVERY_MS = 3000;
/** A Hello may be lost: it is said twice. */
const REPEAT_MS = 250;

/** Listens on every link, says Hello now and at changes, answers until it stops. */
export async function startDiscovery(parts: DiscoveryParts): Promise<RunningDiscovery> {
  const { device, links, scheduler, log } = parts;
  let told: readonly Link[] = [];
  const responder: DiscoveryResponder = new DiscoveryResponder({
    ...parts,
    links: () => told,
    send: (text, to) => sockets.send(text, to),
  });
  const sockets = await DiscoverySockets.open(
    (bytes, asker) => responder.receive(bytes, asker),
    (family, error) => log.warn("WS-Discovery is off for one family", { family, reason: error.message }),
  );
  let wasDiscoverable = device.isDiscoverable;
  let cancelHello = () => {};

  /** Says it to each link, with the addresses that those there can reach; to be called again to repeat the same messages. */
  const announcement = (kind: "Hello" | "Bye", on: readonly Link[]) => {
    const texts = new Map<string, string>();
    const write = (addresses: readonly string[]) => {
      const key = addresses.join(" ");
      const text = texts.get(key) ?? responder.message(kind, addresses);
      texts.set(key, text);
      return text;
    };
    return async () => void (await Promise.all(on.map((link) => sockets.announce(link, write))));
  };
  const hello = (on: readonly Link[]) => {
    cancelHello();
    cancelHello = responder.later(() => {
      const say = announcement("Hello", on);
      void say();
      cancelHello = scheduler.after(REPEAT_MS, () => void say());
    });
  };
  const follow = () => {
    const now = links();
    sockets.join(now);
    if (isDeepStrictEqual(now, told)) return;
    told = now;
    if (device.isDiscoverable) hello(now);
  };
  const { endpoint } = device;
  log.info(device.isDiscoverable ? "answers WS-Discovery" : "is set to be found by nobody", { endpoint });
  const stopListening = device.onChanged(() => {
    const { isDiscoverable } = device;
    if (isDiscoverable) hello(told);
    else if (wasDiscoverable) {
      cancelHello();
      void announcement("Bye", told)();
    }
    wasDiscoverable = isDiscoverable;
  });
  follow();
  const stopLooking = scheduler.every(LOOK_EVERY_MS, follow);
  return {
    async stop() {
      stopLooking();
      stopListening();
      cancelHello();
      responder.stop();
      if (device.isDiscoverable) await announcement("Bye", told)();
      sockets.close();
    },
  };
}
