import { useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";
import { Card } from "./facts.tsx";
import { FileChoice } from "./file-choice.tsx";

/** What DER begins with (X.690 §8.9): a sequence. Of the files taken here only PKCS#12 is DER. */
const DER_SEQUENCE = 0x30;

/** Installs a certificate: PEM with or without its key, or PKCS#12. */
export function CertificateUpload({ onInstalled }: { readonly onInstalled: () => void }) {
  const { http, toasts } = usePage();
  const text = useText().system.certificate;
  const action = useAction();
  const [certificate, setCertificate] = useState<File>();
  const [key, setKey] = useState<File>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const password = entriesOf(event)("password");
    if (certificate === undefined) return;
    const install = async () => http.send("PUT", "/api/certificate", await uploadOf(certificate, key, password));
    if (!(await action.run(install))) return;
    form.reset();
    setCertificate(undefined);
    setKey(undefined);
    toasts.show("done", text.installed);
    onInstalled();
  };
  return (
    <Card title={text.install}>
      <form id="certificate-form" class="stack" onSubmit={submit}>
        <p class="soft">{text.installAbout}</p>
        <FileChoice
          label={text.file}
          hint={text.fileAbout}
          accept=".pem,.crt,.cer,.p12,.pfx"
          name="certificate"
          isRequired
          onChoose={setCertificate}
        />
        <FileChoice label={text.key} hint={text.keyAbout} accept=".pem,.key" name="key" onChoose={setKey} />
        <Field label={text.password} name="password" type="password" autocomplete="off" />
        {action.error !== undefined && <ErrorNote text={action.error} />}
        <div class="row">
          <Button kind="main" type="submit" disabled={action.isBusy}>
            {text.install}
          </Button>
        </div>
      </form>
    </Card>
  );
}

/** The body that says the same as the files. */
async function uploadOf(certificate: File, key: File | undefined, password: string) {
  const bytes = new Uint8Array(await certificate.arrayBuffer());
  if (bytes[0] === DER_SEQUENCE) {
    const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return { pkcs12: btoa(binary), password };
  }
  return { certificate: new TextDecoder().decode(bytes), ...(key === undefined ? {} : { key: await key.text() }) };
}
