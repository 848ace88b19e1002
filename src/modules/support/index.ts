import { type Route, route } from "../../http/route.ts";
import type { SupportService } from "./service.ts";

const MEDIA_TYPE = "application/gzip";

/** What somebody who helps from afar asks for first. */
export function supportRoutes(support: SupportService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/support",
      tag: "system",
      summary:
        "A gzipped tar for whoever helps: state, settings, configuration, doctor's report, log, events, devices; no secrets",
      success: { mediaType: MEDIA_TYPE },
      access: "System_rw",
      rate: "api",
      answer: async ({ method, identity, address }) => {
        if (method === "HEAD") return new Response(null, { headers: { "Content-Type": MEDIA_TYPE } });
        const { fileName, bytes } = await support.bundle({ user: identity.user, address });
        return new Response(bytes, {
          headers: { "Content-Type": MEDIA_TYPE, "Content-Disposition": `attachment; filename="${fileName}"` },
        });
      },
    }),
  ];
}
