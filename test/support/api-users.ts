import { curl } from "./curl.ts";
import { startHttpFront } from "./http-front.ts";
import { ADMIN_PASSWORD } from "./identity.ts";

/** Password of everybody but admin. */
export const USER_PASSWORD = "geheim geheim";

/** A front with admin, an operator who may manage users, and a viewer; `as` calls it as one of them. */
export async function startWithUsers() {
  const front = await startHttpFront();
  await front.identity.addUser("chief", USER_PASSWORD, "operator", { permissions: ["User_r", "User_rw"] });
  await front.identity.addUser("eva", USER_PASSWORD, "viewer");
  const call = async (credentials: readonly string[], method: string, path: string, body?: object) => {
    const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
    const run = await curl(...credentials, "-X", method, ...data, front.url + path);
    return { status: run.last.status, headers: run.last.headers, json: run.last.text === "" ? {} : run.json };
  };
  const as = (user: string, method: string, path: string, body?: object) =>
    call(["-u", `${user}:${user === "admin" ? ADMIN_PASSWORD : USER_PASSWORD}`], method, path, body);
  const withToken = (token: unknown, method: string, path: string, body?: object) =>
    call(["-H", `Authorization: Bearer ${token}`], method, path, body);
  return { front, as, withToken };
}
