import { useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";
import { CopyField } from "./copy-field.tsx";
import { Card } from "./facts.tsx";
import { saveFile } from "./save-file.ts";

/** Makes a signing request for an authority; the answer of the authority is then installed without a key. */
export function SigningRequestForm() {
  const { http } = usePage();
  const text = useText().system.certificate;
  const action = useAction();
  const [request, setRequest] = useState<string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const entry = entriesOf(event);
    const names = entry("sans")
      .split(/[\s,;]+/)
      .filter((name) => name !== "");
    const body = {
      ...(entry("name") === "" ? {} : { common_name: entry("name") }),
      ...(names.length === 0 ? {} : { sans: names }),
    };
    await action.run(async () => {
      const { csr } = await http.send<{ readonly csr: string }>("POST", "/api/certificate/csr", body);
      setRequest(csr);
    });
  };
  return (
    <Card title={text.request}>
      <form id="csr-form" class="stack" onSubmit={submit}>
        <p class="soft">{text.requestAbout}</p>
        <Field label={text.commonName} hint={text.leaveEmpty} name="name" autocomplete="off" />
        <Field label={text.names} hint={text.namesAbout} name="sans" autocomplete="off" />
        {action.error !== undefined && <ErrorNote text={action.error} />}
        <div class="row">
          <Button type="submit" disabled={action.isBusy}>
            {text.makeRequest}
          </Button>
        </div>
      </form>
      {request !== undefined && (
        <div class="stack" id="csr">
          <CopyField label={text.request} value={request} rows={6} />
          <div class="row">
            <Button
              icon="download"
              onClick={() => saveFile("camera.csr", new Blob([request], { type: "application/pkcs10" }))}
            >
              {text.saveRequest}
            </Button>
          </div>
        </div>
      )}
    </Card>
  );
}
