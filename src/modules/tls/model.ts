import * as v from "valibot";

/** RFC 5280 ub-common-name. */
const MAX_COMMON_NAME = 64;
/** More names than a device has. */
const MAX_SANS = 64;
const NAME = "must be a host name or an IP address";

const HostName = v.pipe(
  v.string(NAME),
  v.regex(/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]{0,62})?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62})?)*$/, NAME),
  v.maxLength(253, NAME),
);

/** `PUT /api/certificate` with PEM texts; without `key` the device's present key is meant, as after a signing request. */
export const PemUpload = v.strictObject({
  certificate: v.string("must be a PEM text"),
  key: v.optional(v.string("must be a PEM text")),
});

/** `PUT /api/certificate` with a PKCS#12 file in base64. */
export const Pkcs12Upload = v.strictObject({
  pkcs12: v.pipe(v.string("must be base64"), v.base64("must be base64")),
  password: v.optional(v.string("must be a text"), ""),
});

/** The body as it comes: JSON of either form, or a PEM text with the chain and, where it is not the present one, the key. */
export const CertificateBody = v.string("must be JSON or PEM");

/** `POST /api/certificate/self-signed`. */
export const SelfSignedBody = v.strictObject({
  /** RSA 2048 instead of ECDSA P-256, for old recorders. */
  rsa: v.optional(v.boolean("must be true or false"), false),
});

/** `POST /api/certificate/csr`; what is not given is the device's own. */
export const SigningRequestBody = v.strictObject({
  common_name: v.optional(
    v.pipe(
      v.string("must be a text"),
      v.nonEmpty("must not be empty"),
      v.maxLength(MAX_COMMON_NAME, `must have at most ${MAX_COMMON_NAME} characters`),
      v.regex(/^\P{Cc}+$/u, "must be a text without control characters"),
    ),
  ),
  sans: v.optional(
    v.pipe(
      v.array(v.union([v.pipe(v.string(), v.ip()), HostName], NAME), "must be a list of host names and IP addresses"),
      v.maxLength(MAX_SANS, `must have at most ${MAX_SANS} entries`),
    ),
  ),
});

/** The certificate in force. Times are ISO 8601 in UTC. */
export const Certificate = v.object({
  subject: v.string(),
  issuer: v.string(),
  sans: v.array(v.string()),
  not_before: v.string(),
  not_after: v.string(),
  /** Whole days; negative when it ended. */
  days_left: v.number(),
  /** SHA-256, upper-case hex with colons. */
  fingerprint: v.string(),
  self_signed: v.boolean(),
});

/** The certificate in force. */
export type Certificate = v.InferOutput<typeof Certificate>;

/** The answer to `POST /api/certificate/csr`. */
export const SigningRequest = v.object({
  /** PEM, for the authority. */
  csr: v.string(),
});
