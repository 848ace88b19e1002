import { networkError } from "../../api/request-error.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { ErrorNote, Spinner } from "../../design/notes.tsx";
import { useAction } from "./action.ts";
import { Card } from "./facts.tsx";
import { useLack } from "./lack.ts";
import { saveFile } from "./save-file.ts";

/** Everything that somebody who helps from afar asks for, as a file. */
export function SupportCard() {
  const { http } = usePage();
  const text = useText().system.support;
  const lack = useLack("System_rw");
  const action = useAction();
  const make = () =>
    action.run(async () => {
      const answer = await http.request("/api/support");
      const bundle = await answer.blob().catch(() => {
        throw networkError();
      });
      const named = /filename="([\w.-]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
      saveFile(named?.[1] ?? "rotordream-support.tar.gz", bundle);
    });
  return (
    <Card title={text.title}>
      <p class="soft">{lack ?? text.about}</p>
      {lack === undefined && (
        <>
          {action.error !== undefined && <ErrorNote text={action.error} />}
          <div class="row">
            <Button id="support" icon="download" disabled={action.isBusy} onClick={make}>
              {text.make}
            </Button>
            {action.isBusy && <Spinner label={text.making} />}
          </div>
        </>
      )}
    </Card>
  );
}
