import { object, string } from "valibot";
import { Reply, type Route, route, type Visit } from "../../http/route.ts";
import { MAX_SDP_BYTES } from "../../sdp/sdp-lines.ts";
import { iceServerLinks } from "./ice-servers.ts";
import { AnswerBody, Description, Explanation, OfferBody, OfferQuery, SessionParams, WhepParams } from "./model.ts";
import type { Described, WebRtcService } from "./service.ts";
import type { SessionOwner } from "./session.ts";

/** JSON escapes line ends, so that an SDP grows on its way. */
const MAX_JSON_BYTES = MAX_SDP_BYTES + 16 * 1024;

const COMMON = { access: "Media_r", tag: "webrtc" } as const;

/** Signalling of WebRTC: offers from the camera, offers to it, and the sessions. */
export function webrtcRoutes(webrtc: WebRtcService): readonly Route[] {
  return [...offerRoutes(webrtc), whepRoute(webrtc), ...sessionRoutes(webrtc)];
}

function offerRoutes(webrtc: WebRtcService): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/webrtc/offer",
      summary: "An offer of a stream, to be answered within 30 s",
      rate: "api",
      query: OfferQuery,
      success: { data: Description },
      errors: ["unavailable"],
      answer: async (visit) => {
        // a HEAD must begin nothing
        if (visit.method === "HEAD") return { type: "offer", sdp: "", id: "", ice_servers: [] };
        return described("offer", await webrtc.offer(ownerOf(visit), visit.query.stream));
      },
    }),
    route({
      ...COMMON,
      method: "POST",
      path: "/api/webrtc/answer",
      summary: "The browser's answer to an offer",
      rate: "unlimited",
      body: AnswerBody,
      maxBodyBytes: MAX_JSON_BYTES,
      success: { data: object({ id: string() }) },
      errors: ["bad-request", "not-found", "conflict", "not-acceptable", "limit-reached"],
      answer: (visit) => ({
        id: webrtc.answer(ownerOf(visit), { sdp: visit.body.sdp, id: visit.body.id ?? undefined }),
      }),
    }),
    route({
      ...COMMON,
      method: "POST",
      path: "/api/webrtc/offer",
      summary: "Answers an offer of the browser",
      rate: "api",
      body: OfferBody,
      maxBodyBytes: MAX_JSON_BYTES,
      success: { status: 201, data: Description },
      errors: ["bad-request", "not-acceptable", "limit-reached"],
      answer: async (visit) => {
        const session = await webrtc.respond(ownerOf(visit), visit.body.sdp, visit.body.stream);
        return new Reply(described("answer", session), { status: 201, headers: resourceHeaders(session) });
      },
    }),
  ];
}

function whepRoute(webrtc: WebRtcService): Route {
  return route({
    ...COMMON,
    method: "POST",
    path: "/api/whep/:stream",
    summary: "Answers an offer by WHEP: SDP in, SDP out",
    rate: "api",
    params: WhepParams,
    body: string(),
    bodyForm: "text",
    maxBodyBytes: MAX_SDP_BYTES,
    success: { status: 201, mediaType: "application/sdp" },
    errors: ["bad-request", "not-acceptable", "limit-reached"],
    answer: async (visit) => {
      const session = await webrtc.respond(ownerOf(visit), visit.body, visit.params.stream);
      const links = iceServerLinks(session.iceServers);
      const headers = { ...resourceHeaders(session), ...(links === "" ? {} : { Link: links }) };
      return new Response(session.sdp, { status: 201, headers: { ...headers, "Content-Type": "application/sdp" } });
    },
  });
}

function sessionRoutes(webrtc: WebRtcService): readonly Route[] {
  const path = "/api/webrtc/sessions/:id";
  const one = { ...COMMON, path, params: SessionParams, rate: "unlimited" } as const;
  return [
    route({
      ...one,
      method: "GET",
      summary: "What a session tried, what failed and why, and how well it goes",
      rate: "api",
      success: { data: Explanation },
      errors: ["not-found"],
      answer: (visit) => webrtc.explain(ownerOf(visit), visit.params.id),
    }),
    route({
      ...one,
      method: "PATCH",
      summary: "Trickled candidates, or an ICE restart, as a fragment of SDP",
      body: string(),
      bodyForm: "text",
      maxBodyBytes: MAX_SDP_BYTES,
      success: { mediaType: "application/trickle-ice-sdpfrag", also: [204] },
      errors: ["bad-request", "not-found", "precondition-failed", "precondition-required"],
      answer: async (visit) => {
        const ifMatch = visit.headers.get("if-match") ?? undefined;
        const { etag, fragment } = await webrtc.trickle(ownerOf(visit), visit.params.id, visit.body, ifMatch);
        if (fragment === undefined) return new Response(null, { status: 204, headers: { ETag: etag } });
        const headers = { ETag: etag, "Content-Type": "application/trickle-ice-sdpfrag" };
        return new Response(fragment, { headers });
      },
    }),
    route({
      ...one,
      method: "DELETE",
      summary: "Ends a session",
      success: { data: object({}) },
      errors: ["not-found"],
      answer: (visit) => {
        webrtc.end(ownerOf(visit), visit.params.id);
        return {};
      },
    }),
  ];
}

function ownerOf({ identity, address }: Pick<Visit<unknown, unknown>, "identity" | "address">): SessionOwner {
  return { identity, address };
}

function resourceHeaders({ id, etag }: Described): Readonly<Record<string, string>> {
  return { Location: `/api/webrtc/sessions/${id}`, ETag: etag };
}

function described(type: "offer" | "answer", { sdp, id, iceServers }: Described) {
  return {
    type,
    sdp,
    id,
    ice_servers: iceServers.map((server) => ({ ...server })),
  };
}
