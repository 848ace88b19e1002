import type { InferOutput } from "valibot";
import { type Route, route } from "../../http/route.ts";
import type { RecordingRoom } from "../recordings/recording-room.ts";
import type { RetentionRules } from "../recordings/retention.ts";
import type { RetentionChoice } from "./choice.ts";
import { PreviewDescription, PreviewQuery, RetentionChange, RetentionDescription } from "./model.ts";

const COMMON = { rate: "api", tag: "recordings" } as const;

/** `/api/recordings/retention`: what is deleted by itself. */
export function retentionRoutes(choice: RetentionChoice, room: Pick<RecordingRoom, "preview">): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/recordings/retention",
      summary: "What is deleted by itself, and which of these rules the configuration gives",
      access: "Storage_r",
      success: { data: RetentionDescription },
      answer: () => choice.describe(),
    }),
    route({
      ...COMMON,
      method: "PATCH",
      path: "/api/recordings/retention",
      summary: "Change what is deleted by itself; begins at once",
      access: "Storage_rw",
      body: RetentionChange,
      success: { data: RetentionDescription },
      errors: ["conflict", "unavailable"],
      answer: ({ body, identity, address }) => choice.change(body, { user: identity.user, address }),
    }),
    route({
      ...COMMON,
      method: "GET",
      path: "/api/recordings/retention/preview",
      summary: "How much such rules would delete of what is there now; nothing is deleted",
      access: "Storage_r",
      query: PreviewQuery,
      success: { data: PreviewDescription },
      errors: ["unavailable"],
      answer: async ({ query }) => ({ ...(await room.preview(rulesOf(query))) }),
    }),
  ];
}

/** Those that were given, by their names in the code. */
function rulesOf({ delete_tagged: deleteTagged, ...query }: InferOutput<typeof PreviewQuery>): Partial<RetentionRules> {
  const given = Object.entries({ ...query, deleteTagged }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
