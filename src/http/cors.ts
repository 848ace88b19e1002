/** How long pages may remember the answer to a preflight. */
const PREFLIGHT_SECONDS = "600";
const REQUEST_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match, Range, X-Requested-With";
const ANSWER_HEADERS = [
  "API-Version",
  "Content-Disposition",
  "Content-Range",
  "Deprecation",
  "ETag",
  "Link",
  "Location",
  "Retry-After",
  "Sunset",
  "WWW-Authenticate",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
].join(", ");

/**
 * Lets pages of the configured origins read an answer, credentials included: they may change the device, so they may see it too. Answers
 * differ by origin where there are any, which caches must know. A preflight is answered by what the path allows.
 */
export function allowOrigins(request: Request, answer: Response, origins: readonly string[]): void {
  if (origins.length === 0) return;
  answer.headers.append("Vary", "Origin");
  const origin = request.headers.get("origin");
  if (origin === null || !origins.includes(origin)) return;
  answer.headers.set("Access-Control-Allow-Origin", origin);
  answer.headers.set("Access-Control-Allow-Credentials", "true");
  answer.headers.set("Access-Control-Expose-Headers", ANSWER_HEADERS);
  if (request.method !== "OPTIONS" || !request.headers.has("access-control-request-method")) return;
  answer.headers.set("Access-Control-Allow-Methods", answer.headers.get("allow") ?? "");
  answer.headers.set("Access-Control-Allow-Headers", REQUEST_HEADERS);
  answer.headers.set("Access-Control-Max-Age", PREFLIGHT_SECONDS);
}
