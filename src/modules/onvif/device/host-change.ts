import type { Json } from "../../../core/json.ts";
import type { Actor } from "../../../storage/audit-log.ts";

/** Writes down that somebody changed the machine: `name`, `dns`, `eth0` and what to. */
export type NoteChange = (actor: Actor, subject: string, value: Json) => void;
