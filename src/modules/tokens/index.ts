import { array } from "valibot";
import { Reply, type Route, route } from "../../http/route.ts";
import { NewTokenAnswer, TokenAnswer, TokenBody, TokenParams, TokensQuery } from "./model.ts";
import type { TokenService } from "./service.ts";

/** A name and fifteen permissions. */
const MAX_BODY_BYTES = 8 * 1024;

/** Bearer tokens with names, for devices and scripts. */
export function tokenRoutes(tokens: TokenService): readonly Route[] {
  const common = { tag: "tokens", rate: "api", access: "login", maxBodyBytes: MAX_BODY_BYTES } as const;
  return [
    route({
      ...common,
      method: "GET",
      path: "/api/tokens",
      summary: "One's own tokens, or with ?user another user's",
      success: { data: array(TokenAnswer) },
      errors: ["not-found", "forbidden"],
      query: TokensQuery,
      answer: (visit) => tokens.list(visit, visit.query.user),
    }),
    route({
      ...common,
      method: "POST",
      path: "/api/tokens",
      summary: "Make a token; the secret is shown this once",
      success: { status: 201, data: NewTokenAnswer },
      carriesSecrets: true,
      errors: ["not-found", "forbidden", "conflict"],
      body: TokenBody,
      answer: (visit) => new Reply(tokens.add(visit, visit.body), { status: 201 }),
    }),
    route({
      ...common,
      method: "DELETE",
      path: "/api/tokens/:id",
      summary: "Revoke a token",
      success: { status: 204 },
      errors: ["not-found", "forbidden"],
      params: TokenParams,
      answer: (visit) => {
        tokens.remove(visit, visit.params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
