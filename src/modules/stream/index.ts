import { array } from "valibot";
import { type Route, route } from "../../http/route.ts";
import { MJPEG_HEADERS, type MjpegService } from "./mjpeg.ts";
import { MjpegQuery, SnapshotQuery, StreamDescription } from "./model.ts";
import type { StreamService } from "./service.ts";

/** `/api/streams`, stills under the names that other cameras use for them, and MJPEG. */
export function streamRoutes(streams: StreamService, mjpeg: MjpegService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/streams",
      tag: "streams",
      summary: "The video streams",
      success: { data: array(StreamDescription) },
      access: "Media_r",
      rate: "api",
      answer: ({ host, origin, identity }) =>
        streams.streams({ host, origin, showsWho: identity.permissions.has("System_r") }),
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
    ...(
      [
        ["/api/mjpeg", "stream1"],
        ["/api/mjpeg/stream1", "stream1"],
        ["/api/mjpeg/stream2", "stream2"],
      ] as const
    ).map(([path, stream]) =>
      route({
        method: "GET",
        path,
        tag: "streams",
        summary: "Live pictures as multipart/x-mixed-replace",
        success: { mediaType: "multipart/x-mixed-replace" },
        errors: ["limit-reached", "unavailable"],
        access: "Media_r",
        rate: "media",
        query: MjpegQuery,
        answer: async ({ method, identity, query }) =>
          method === "HEAD"
            ? new Response(null, { headers: MJPEG_HEADERS })
            : await mjpeg.open(identity, stream, query),
      }),
    ),
  ];
}
