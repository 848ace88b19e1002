import { Reply, type Route, route } from "../../http/route.ts";
import { sessionCookie } from "../../http/session-cookie.ts";
import { LoginAnswer, LoginBody, LogoutAnswer, LogoutQuery, SessionAnswer } from "./model.ts";
import type { SessionService } from "./service.ts";

/** A name, a password and a little JSON. */
const MAX_BODY_BYTES = 8 * 1024;

/** Logging in and out, and who one is. */
export function sessionRoutes(sessions: SessionService): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/login",
      tag: "login",
      summary: "Log in with name and password; answers a Bearer token and sets the session cookie",
      success: { data: LoginAnswer },
      errors: ["locked-out", "unavailable"],
      access: "open",
      rate: "api",
      carriesSecrets: true,
      body: LoginBody,
      maxBodyBytes: MAX_BODY_BYTES,
      answer: async ({ body, address, isSecure, cookieName }) => {
        const attempt = { user: body.username, password: body.password, address, isSecure };
        const { cookie, answer } = await sessions.logIn(attempt);
        return new Reply(answer, { headers: { "Set-Cookie": sessionCookie(cookieName, cookie) } });
      },
    }),
    route({
      method: "POST",
      path: "/api/logout",
      tag: "login",
      summary: "End this login, or with ?all every login of the user",
      success: { data: LogoutAnswer },
      access: "login",
      rate: "api",
      query: LogoutQuery,
      answer: ({ identity, address, cookieName, query }) => {
        const all = query.all !== undefined && !/^(false|0)$/i.test(query.all);
        const answer = sessions.logOut(identity, address, all);
        return new Reply(answer, { headers: { "Set-Cookie": sessionCookie(cookieName, undefined) } });
      },
    }),
    route({
      method: "GET",
      path: "/api/session",
      tag: "login",
      summary: "Who the caller is and what it may do",
      success: { data: SessionAnswer },
      access: "open",
      rate: "api",
      answer: ({ identity }) => sessions.describe(identity),
    }),
  ];
}
