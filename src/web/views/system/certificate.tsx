import { useState } from "preact/hooks";
import type { Certificate } from "../../../modules/tls/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Switch } from "../../design/field.tsx";
import { CertificateUpload } from "./certificate-upload.tsx";
import { Confirm } from "./confirm.tsx";
import { CopyField } from "./copy-field.tsx";
import { Badge, Card, Facts } from "./facts.tsx";
import { LoadedPart, useLoaded } from "./loading.tsx";
import { SigningRequestForm } from "./signing-request.tsx";

/** Below it the camera warns as well. */
const SOON_DAYS = 30;

/** What the device proves its name with. */
export function CertificatePage() {
  const { session } = usePage();
  const text = useText().system.certificate;
  const certificate = useLoaded<Certificate>((http) => http.get("/api/certificate"));
  const mayChange = session.may("System_rw");
  return (
    <>
      <LoadedPart of={certificate}>{(served) => <ServedCertificate certificate={served} />}</LoadedPart>
      {mayChange ? (
        <div class="cards">
          <CertificateUpload onInstalled={certificate.reload} />
          <SigningRequestForm />
          <SelfSigned onIssued={certificate.reload} />
        </div>
      ) : (
        <p class="soft">{text.readOnly("System_rw")}</p>
      )}
    </>
  );
}

function ServedCertificate({ certificate }: { readonly certificate: Certificate }) {
  const text = useText().system.certificate;
  const formats = useFormats();
  const { days_left, self_signed, sans, subject, issuer, fingerprint } = certificate;
  const tone = days_left < 0 ? "bad" : days_left < SOON_DAYS ? "caution" : "good";
  const day = (iso: string) => formats.date(Date.parse(iso));
  return (
    <Card
      title={text.served}
      actions={
        <span class="row">
          {self_signed && <Badge tone="plain">{text.selfSigned}</Badge>}
          <Badge tone={tone}>{days_left < 0 ? text.ended : text.daysLeft(days_left)}</Badge>
        </span>
      }
    >
      <Facts
        facts={[
          [text.subject, subject],
          [text.issuer, self_signed ? text.itself : issuer],
          [text.names, sans.join(", ")],
          [text.valid, `${day(certificate.not_before)} – ${day(certificate.not_after)}`],
        ]}
      />
      {self_signed && <p class="soft">{text.selfSignedAbout}</p>}
      <CopyField label={text.fingerprint} value={fingerprint} />
    </Card>
  );
}

function SelfSigned({ onIssued }: { readonly onIssued: () => void }) {
  const { http, toasts } = usePage();
  const text = useText().system.certificate;
  const [isAsking, setIsAsking] = useState(false);
  const [isRsa, setIsRsa] = useState(false);
  const issue = async () => {
    await http.send("POST", "/api/certificate/self-signed", { rsa: isRsa });
    toasts.show("done", text.issued);
    onIssued();
  };
  return (
    <Card title={text.renew}>
      <p class="soft">{text.renewAbout}</p>
      <div class="row">
        <Button id="self-signed" onClick={() => setIsAsking(true)}>
          {text.renew}
        </Button>
      </div>
      {isAsking && (
        <Confirm title={text.renew} label={text.renew} onConfirm={issue} onClose={() => setIsAsking(false)}>
          <p>{text.renewAsk}</p>
          <Switch label={text.rsa} isOn={isRsa} onSwitch={setIsRsa} />
        </Confirm>
      )}
    </Card>
  );
}
