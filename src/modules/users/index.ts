import { array, object } from "valibot";
import { NAME_PAGING, NEXT_CURSOR, page } from "../../http/paging.ts";
import { Reply, type Route, route } from "../../http/route.ts";
import { PermissionsAnswer, UserAnswer, UserBody, UserChangeBody, UserParams } from "./model.ts";
import { describeUser, type UserService } from "./service.ts";

const PATH = "/api/users";
/** A few texts and fifteen permissions. */
const MAX_BODY_BYTES = 8 * 1024;

const common = { tag: "users", rate: "api", maxBodyBytes: MAX_BODY_BYTES } as const;

/** The users of the device. */
export function userRoutes(users: UserService): readonly Route[] {
  return [
    ...readingRoutes(users),
    route({
      ...common,
      method: "POST",
      path: PATH,
      summary: "Add a user",
      success: { status: 201, data: UserAnswer },
      errors: ["conflict", "unavailable"],
      access: "User_rw",
      carriesSecrets: true,
      body: UserBody,
      answer: async (visit) => new Reply(await users.add(visit, visit.body), { status: 201 }),
    }),
    route({
      ...common,
      method: "PATCH",
      path: `${PATH}/:name`,
      summary: "Change a user, or one's own password; ends the logins of the user",
      success: { data: UserAnswer },
      errors: ["not-found", "forbidden", "conflict", "locked-out", "unavailable"],
      access: "login",
      carriesSecrets: true,
      params: UserParams,
      body: UserChangeBody,
      answer: (visit) => users.change(visit, visit.params.name, visit.body),
    }),
    route({
      ...common,
      method: "DELETE",
      path: `${PATH}/:name`,
      summary: "Remove a user with its logins and tokens",
      success: { status: 204 },
      errors: ["not-found", "conflict"],
      access: "User_rw",
      params: UserParams,
      answer: (visit) => {
        users.remove(visit, visit.params.name);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function readingRoutes(users: UserService): readonly Route[] {
  return [
    route({
      ...common,
      method: "GET",
      path: PATH,
      summary: "The users, by name",
      success: { data: array(UserAnswer), beside: NEXT_CURSOR },
      access: "User_r",
      query: object(NAME_PAGING),
      answer: ({ query: { limit, cursor } }) =>
        page(users.list(cursor, limit), limit, describeUser, ({ name }) => name),
    }),
    route({
      ...common,
      method: "GET",
      path: `${PATH}/:name`,
      summary: "One user",
      success: { data: UserAnswer },
      errors: ["not-found"],
      access: "User_r",
      params: UserParams,
      answer: ({ params }) => users.get(params.name),
    }),
    route({
      ...common,
      method: "GET",
      path: `${PATH}/:name/permissions`,
      summary: "What a user may do",
      success: { data: PermissionsAnswer },
      errors: ["not-found", "forbidden"],
      access: "login",
      params: UserParams,
      answer: (visit) => users.permissions(visit, visit.params.name),
    }),
  ];
}
