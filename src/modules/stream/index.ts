import { array } from "valibot";
import { type Route, route } from "../../http/route.ts";
import { SnapshotQuery, StreamDescription } from "./model.ts";
import type { StreamService } from "./service.ts";

/** `/api/streams`, and stills under the names that other cameras use for them. */
export function streamRoutes(streams: StreamService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/streams",
      tag: "streams",
      summary: "The video streams",
      success: { data: array(StreamDescription) },
      access: "Media_r",
      rate: "api",
      answer: ({ host }) => streams.streams(host),
    }),
    ...(["/api/snapshot", "/camera.jpeg", "/image"] as const).map((path) =>
      route({
        method: "GET",
        path,
        tag: "streams",
        summary: "A JPEG of the newest picture",
        success: { mediaType: "image/jpeg" },
        errors: ["unavailable"],
        access: "Media_r",
        rate: "media",
        query: SnapshotQuery,
        answer: async ({ query }) =>
          new Response(await streams.snapshot(query), { headers: { "Content-Type": "image/jpeg" } }),
      }),
    ),
  ];
}
