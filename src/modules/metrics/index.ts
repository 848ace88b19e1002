import { type Route, route } from "../../http/route.ts";
import type { Metrics } from "./service.ts";

/** `/metrics` for Prometheus, which logs in with a token of a user who may read the system. */
export function metricsRoutes(metrics: Pick<Metrics, "text" | "contentType">): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/metrics",
      tag: "metrics",
      summary: "Numbers for Prometheus, in its text format",
      success: { mediaType: "text/plain" },
      access: "System_r",
      rate: "unlimited",
      answer: async () => new Response(await metrics.text(), { headers: { "Content-Type": metrics.contentType } }),
    }),
  ];
}
