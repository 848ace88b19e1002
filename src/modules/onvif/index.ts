import { string } from "valibot";
import { type Route, route } from "../../http/route.ts";
import { MAX_XML_LENGTH } from "../../soap/xml-text.ts";
import { SERVICE_PATHS } from "./operation.ts";
import type { Onvif, OnvifAnswer } from "./service.ts";

/** Where subscriptions are: an object for each. */
const SUBSCRIPTION_PATH = "/onvif/subscription/:target" as const;

/** The SOAP endpoints: one for each service, though every one knows all operations, as clients mix them up. `load` gives what answers, which is made when first asked for. */
export function onvifRoutes(load: () => Promise<Onvif>): readonly Route[] {
  return [...SERVICE_PATHS, SUBSCRIPTION_PATH].map((path) =>
    route({
      method: "POST",
      path,
      tag: "onvif",
      summary: "ONVIF over SOAP 1.2",
      success: { mediaType: "application/soap+xml" },
      access: "self",
      rate: "onvif",
      body: string("must be XML"),
      bodyForm: "text",
      // as many bytes as the reader takes characters; requests of real clients stay below 20 KB
      maxBodyBytes: MAX_XML_LENGTH,
      answer: async ({ body: text, origin, host, address, isSecure, params: { target }, signal, login }) => {
        const answer = await (await load()).answer({ text, origin, host, address, isSecure, target, signal, login });
        return respond(answer, (stale) => login.digestChallenge(stale));
      },
      refuse: async (error) => respond((await load()).refuse(error)),
    }),
  );
}

function respond({ status, xml, challenge }: OnvifAnswer, challengeText?: (stale: boolean) => string): Response {
  const headers = new Headers({ "Content-Type": "application/soap+xml; charset=utf-8" });
  if (challenge !== undefined && challengeText !== undefined) {
    headers.set("WWW-Authenticate", challengeText(challenge === "stale"));
  }
  return new Response(xml, { status, headers });
}
