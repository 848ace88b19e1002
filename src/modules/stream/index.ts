import { array } from "valibot";
import { type Route, route } from "../../http/route.ts";
import { MJPEG_HEADERS, type MjpegService } from "./mjpeg.ts";
import { MjpegQuery, SnapshotQuery, StreamDescription, ViewerParams } from "./model.ts";
import type { StreamService } from "./service.ts";
import type { ViewerService } from "./viewers.ts";

/** `/api/streams`, stills under the names that other cameras use for them, and MJPEG. */
export function streamRoutes(streams: StreamService, mjpeg: MjpegService, viewers: ViewerService): readonly Route[] {
  return [
    ...liveRoutes(streams, viewers),
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
        answer: async ({ method, identity, address, query }) =>
          method === "HEAD"
            ? new Response(null, { headers: MJPEG_HEADERS })
            : await mjpeg.open({ identity, address }, stream, query),
      }),
    ),
  ];
}

function liveRoutes(streams: StreamService, viewers: ViewerService): readonly Route[] {
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
    route({
      method: "DELETE",
      path: "/api/streams/viewers/:id",
      tag: "streams",
      summary: "Ends a viewer of any protocol; it may come again, unless its login is ended too",
      success: { status: 204 },
      errors: ["not-found"],
      access: "System_rw",
      rate: "api",
      params: ViewerParams,
      answer: ({ identity, address, params }) => {
        viewers.end({ user: identity.user, address }, params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
