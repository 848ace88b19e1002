import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { InferOutput } from "valibot";
import type { Permission, Role } from "../../identity/permissions.ts";
import type { LoginAnswer, SessionAnswer } from "../../modules/session/model.ts";
import type { HttpApi } from "./http.ts";
import { RequestError } from "./request-error.ts";

/** Who looks at the page. */
export interface Viewer {
  /** Undefined: nobody has logged in. */
  readonly user: string | undefined;
  readonly role: Role | undefined;
  readonly permissions: ReadonlySet<Permission>;
  readonly mustChangePassword: boolean;
}

/** The login of this page. Its methods throw `RequestError`. */
export interface Session {
  /** Undefined until the camera has answered. */
  readonly viewer: ReadonlySignal<Viewer | undefined>;
  /** A request was refused for want of a login: the page asks for one over whatever it shows. */
  readonly isLoginAsked: ReadonlySignal<boolean>;
  /** The login ended though nobody logged out here: the page stays as it is, with all that was entered, and asks for another. */
  readonly hasEnded: ReadonlySignal<boolean>;
  /** How often somebody has logged in since the page was loaded: what was refused before may be tried again. */
  readonly logins: ReadonlySignal<number>;
  may(permission: Permission): boolean;
  /** Asks the camera who we are. */
  refresh(): Promise<void>;
  /** Asks it again, and for a login where ours has ended. */
  recheck(): Promise<void>;
  logIn(user: string, password: string): Promise<void>;
  logOut(): Promise<void>;
  /** True while the password that must be changed is the one that was just entered here: nobody is asked for it twice. */
  readonly isPasswordAtHand: ReadonlySignal<boolean>;
  /** Changes one's own password and logs in with the new one; without the old one it takes the one at hand. */
  changePassword(oldPassword: string | undefined, newPassword: string): Promise<void>;
  askForLogin(isAsked: boolean): void;
}

/** Makes the session; `http` is asked for late because it in turn tells the session that a login ended. */
export function createSession(http: () => HttpApi): Session {
  const viewer = signal<Viewer | undefined>(undefined);
  const isAsked = signal(false);
  const hasEnded = signal(false);
  const logins = signal(0);
  const atHand = signal<string | undefined>(undefined);
  // the camera ends the connection of who logs out here: that is no reason to ask for a login over the view
  let isLoggingOut = false;
  const ask = async () => viewerOf(await http().get<InferOutput<typeof SessionAnswer>>("/api/session"));
  const take = (known: Viewer) => {
    viewer.value = known;
    hasEnded.value = false;
  };
  const refresh = async () => take(await ask());
  const logIn = async (username: string, password: string) => {
    const answer = await http().send<InferOutput<typeof LoginAnswer>>("POST", "/api/login", { username, password });
    atHand.value = answer.must_change_password ? password : undefined;
    take(viewerOf(answer));
    isAsked.value = false;
    logins.value += 1;
  };
  return {
    viewer,
    isLoginAsked: computed(() => isAsked.value),
    hasEnded,
    logins,
    may: (permission) => viewer.value?.permissions.has(permission) ?? false,
    refresh,
    async recheck() {
      const now = await ask();
      if (isLoggingOut) return;
      hasEnded.value = now.user === undefined && viewer.peek()?.user !== undefined;
      if (!hasEnded.peek()) take(now);
      // in another tab somebody may have logged in
      if (hasEnded.peek() || now.user !== undefined) isAsked.value = hasEnded.peek();
    },
    logIn,
    async logOut() {
      isLoggingOut = true;
      try {
        await http().send("POST", "/api/logout");
        atHand.value = undefined;
        await refresh();
      } finally {
        isLoggingOut = false;
      }
    },
    isPasswordAtHand: computed(() => atHand.value !== undefined),
    async changePassword(oldPassword, newPassword) {
      const user = viewer.peek()?.user ?? "";
      const body = { old_password: oldPassword ?? atHand.peek() ?? "", password: newPassword };
      await http()
        .send("PATCH", `/api/users/${encodeURIComponent(user)}`, body)
        .catch((refused) => {
          if (refused instanceof RequestError && refused.failure.key === "old_password") atHand.value = undefined;
          throw refused;
        });
      await logIn(user, newPassword);
    },
    askForLogin(asked) {
      isAsked.value = asked;
    },
  };
}

function viewerOf(answer: Omit<InferOutput<typeof SessionAnswer>, "way" | "expires">): Viewer {
  return {
    user: answer.user ?? undefined,
    role: answer.role ?? undefined,
    permissions: new Set(answer.permissions),
    mustChangePassword: answer.must_change_password,
  };
}
