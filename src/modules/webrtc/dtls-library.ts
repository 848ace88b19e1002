import { CipherContext, DtlsServer } from "werift";

/** What we use of werift, by name, so that the rest of it stays out of the executable. To be imported after reflect-metadata. */
export const DTLS_LIBRARY = { CipherContext, DtlsServer };
