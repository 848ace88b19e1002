/** Ours has 32 characters; RFC 2326 §3.4 asks for 8 at least and sets no end. */
const MAX_SESSION_ID_LENGTH = 128;

/** The session id of a request's Session header, without parameters; undefined when it cannot be one (454). */
export function parseSessionId(value: string): string | undefined {
  const [id = ""] = value.split(";", 1);
  const trimmed = id.trim();
  return trimmed.length <= MAX_SESSION_ID_LENGTH && /^[A-Za-z0-9$\-_.+]+$/.test(trimmed) ? trimmed : undefined;
}

/** The Session header of an answer (RFC 2326 §12.37). */
export function formatSession(id: string, timeoutSeconds: number): string {
  return `${id};timeout=${timeoutSeconds}`;
}
