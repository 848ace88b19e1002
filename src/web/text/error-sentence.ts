import { RequestError } from "../api/request-error.ts";
import type { Text } from "./en.ts";

/** As the camera bounds texts. */
const TOO_LONG = /must have at most (\d+) characters$/;

/** Any error in words that a person can act on, in the language of `text`, with how long to wait where the camera says so. */
export function sentenceOf(error: unknown, text: Text["errors"]): string {
  if (!(error instanceof RequestError)) return error instanceof Error ? error.message : text.unknown;
  const { code, sentence, key, retryAfterSeconds } = error.failure;
  if (code === "INVALID_VALUE" && key === "password") return text.weakPassword;
  // one's own, asked for again before something grave
  if (code === "FORBIDDEN" && (key === "password" || key === "old_password")) return text.wrongPassword;
  const [, characters] = TOO_LONG.exec(sentence) ?? [];
  if (code === "INVALID_VALUE" && characters !== undefined) return text.tooLong(characters);
  const known: Readonly<Record<string, (server: string) => string>> = text.byCode;
  const server = sentence === "" ? text.unknown : asSentence(sentence);
  const said = known[code]?.(server) ?? server;
  return retryAfterSeconds === undefined ? said : `${said} ${text.retryAfter(Math.ceil(retryAfterSeconds))}`;
}

function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
