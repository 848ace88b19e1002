import { AppError } from "../../core/errors.ts";
import { validate } from "../../http/body.ts";
import { type Route, route, type Visit } from "../../http/route.ts";
import type { Actor } from "../../storage/audit-log.ts";
import { MAX_CERTIFICATE_BYTES } from "../../storage/certificate-pem.ts";
import {
  Certificate,
  CertificateBody,
  PemUpload,
  Pkcs12Upload,
  SelfSignedBody,
  SigningRequest,
  SigningRequestBody,
} from "./model.ts";
import type { CertificateService, CertificateUpload } from "./service.ts";

const COMMON = { tag: "certificate", rate: "api", maxBodyBytes: MAX_CERTIFICATE_BYTES } as const;

/** `/api/certificate`: what the device proves its name with. */
export function certificateRoutes(certificates: CertificateService): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/certificate",
      summary: "The certificate that HTTPS and RTSPS are served with",
      access: "System_r",
      success: { data: Certificate },
      answer: () => certificates.describe(),
    }),
    route({
      ...COMMON,
      method: "PUT",
      path: "/api/certificate",
      summary: "Install a certificate: JSON with PEM texts, JSON with a PKCS#12 file, or a PEM text of chain and key",
      access: "System_rw",
      carriesSecrets: true,
      bodyForm: "text",
      body: CertificateBody,
      success: { data: Certificate },
      errors: ["conflict"],
      answer: ({ body, ...visit }) => certificates.install(readUpload(body), actorOf(visit)),
    }),
    route({
      ...COMMON,
      method: "POST",
      path: "/api/certificate/self-signed",
      summary: "Replace the certificate by a self-signed one with a new key",
      access: "System_rw",
      body: SelfSignedBody,
      success: { data: Certificate },
      errors: ["conflict"],
      answer: ({ body, ...visit }) => certificates.issueSelfSigned(body.rsa, actorOf(visit)),
    }),
    route({
      ...COMMON,
      method: "POST",
      path: "/api/certificate/csr",
      summary: "A signing request for the present key, to send to an authority",
      access: "System_rw",
      body: SigningRequestBody,
      success: { data: SigningRequest },
      answer: async ({ body: { common_name, sans } }) => ({
        csr: await certificates.createSigningRequest({
          ...(common_name === undefined ? {} : { commonName: common_name }),
          ...(sans === undefined ? {} : { sans }),
        }),
      }),
    }),
  ];
}

/** Tells JSON from PEM by its first character: curl names no useful type. */
function readUpload(body: string): CertificateUpload {
  if (!body.trimStart().startsWith("{")) return { certificate: body };
  const given = parseJson(body);
  const schema = typeof given === "object" && given !== null && "pkcs12" in given ? Pkcs12Upload : PemUpload;
  return validate(schema, given) as CertificateUpload;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("bad-request", "The body is not valid JSON", { errorCode: "MALFORMED_JSON" });
  }
}

function actorOf({ identity, address }: Pick<Visit<unknown, unknown>, "identity" | "address">): Actor {
  return { user: identity.user, address };
}
