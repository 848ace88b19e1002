import { describeCertificate } from "../../storage/certificate-check.ts";
import type { StoredIdentity } from "../../storage/certificate-files.ts";
import { EXPIRING_DAYS } from "../../storage/certificate-store.ts";
import type { Chapter, Finding } from "./finding.ts";

const DAY_MS = 86_400_000;
const INSTALL = "rotordream cert install CERT KEY";

/** Whether HTTPS and RTSPS will be served with a certificate that clients can take. */
export function judgeCertificate(stored: StoredIdentity, { hsts }: { readonly hsts: boolean }, nowMs: number): Chapter {
  return { title: "Certificate", findings: [judge(stored, hsts, nowMs)] };
}

function judge(stored: StoredIdentity, hsts: boolean, nowMs: number): Finding {
  const lockedOut = {
    text: "server.hsts is on, but the certificate is self-signed: browsers would be locked out.",
    fix: INSTALL,
  };
  switch (stored.state) {
    case "absent":
      return hsts
        ? { state: "fatal", ...lockedOut }
        : { state: "good", text: "None yet; the first start makes a self-signed one." };
    case "broken":
      return {
        state: "problem",
        text: `server.crt and server.key cannot be used, so a passing self-signed certificate would serve: ${stored.problem}.`,
        fix: `${INSTALL}   (or: rotordream cert self-signed)`,
      };
    case "good": {
      const { subject, notAfterMs, fingerprint, selfSigned } = describeCertificate(stored.identity.certificate);
      if (hsts && selfSigned) return { state: "fatal", ...lockedOut };
      const end = new Date(notAfterMs).toISOString().slice(0, 10);
      const days = Math.floor((notAfterMs - nowMs) / DAY_MS);
      const text = `${selfSigned ? "Self-signed" : "Of an authority"}, ${subject}, ${days < 0 ? "ended" : "valid until"} ${end}, SHA-256 ${fingerprint}.`;
      if (days >= EXPIRING_DAYS) return { state: "good", text };
      return {
        state: "problem",
        text,
        fix: selfSigned ? "Start the server, which renews its own, or: rotordream cert self-signed" : INSTALL,
      };
    }
  }
}
