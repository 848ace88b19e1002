/** What a TLS listener of Bun is opened with. The lowest version that Bun's library speaks is TLS 1.2. */
export interface ServerTls {
  /** PEM, leaf first. */
  readonly cert: string;
  readonly key: string;
  /** PEM of the authorities whose client certificates are let in; undefined: none is asked for. */
  readonly ca?: string;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/** The options for a certificate and, with `clientCa`, for mutual TLS. */
export function serverTls(
  identity: { readonly certificate: string; readonly key: string },
  clientCa: string | undefined,
): ServerTls {
  const { certificate, key } = identity;
  const own = { cert: certificate, key };
  return clientCa === undefined ? own : { ...own, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}
