/** Random and base64url, so far shorter; anything longer is not ours. */
const MAX_VALUE_LENGTH = 128;

/** The cookie of a browser's login. Its name carries the port, because cookies of one host are shared by all its ports; `__Host-` binds it to TLS. */
export function sessionCookieName(isSecure: boolean, port: number): string {
  return isSecure ? `__Host-rd_${port}` : `rd_${port}`;
}

/** The value of a cookie that a request carries. */
export function requestedCookie(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key = "", value = ""] = pair.split("=", 2);
    if (key.trim() === name && value !== "" && value.length <= MAX_VALUE_LENGTH) return value.trim();
  }
  return undefined;
}

/** The `Set-Cookie` value that keeps a login until the browser ends; `value` undefined takes it away. */
export function sessionCookie(name: string, value: string | undefined): string {
  const secure = name.startsWith("__Host-") ? "; Secure" : "";
  const end = value === undefined ? "; Max-Age=0" : "";
  return `${name}=${value ?? ""}; HttpOnly; SameSite=Strict; Path=/${secure}${end}`;
}
