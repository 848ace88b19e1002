import { string } from "valibot";
import { type Route, route } from "../../http/route.ts";
import { MAX_XML_LENGTH } from "../../soap/xml-reader.ts";
import { type Onvif, type OnvifAnswer, refusal } from "./service.ts";

/** Bytes of a request: as many characters as the reader takes, of up to three bytes each, would be no use to anyone. */
const MAX_BODY_BYTES = MAX_XML_LENGTH;
/** Where subscriptions are: an object for each. */
const SUBSCRIPTION_PATH = "/onvif/subscription/:target";

/** The SOAP endpoints: one for each service, though every one knows all operations, as clients mix them up. */
export function onvifRoutes(onvif: Onvif): readonly Route[] {
  const paths = new Set<`/${string}`>([...onvif.services.map(({ path }) => path), SUBSCRIPTION_PATH]);
  return [...paths].map((path) =>
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
      maxBodyBytes: MAX_BODY_BYTES,
      answer: async ({ body: text, origin, host, address, isSecure, params: { target }, signal, login }) => {
        const answer = await onvif.answer({ text, origin, host, address, isSecure, target, signal, login });
        return respond(answer, (stale) => login.digestChallenge(stale));
      },
      refuse: (error) => respond(refusal(error)),
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
