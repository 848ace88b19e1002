import { useState } from "preact/hooks";
import type { Backup } from "../../../modules/maintenance/model.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field } from "../../design/field.tsx";
import { ErrorNote } from "../../design/notes.tsx";
import { entriesOf, useAction } from "./action.ts";
import { Confirm } from "./confirm.tsx";
import { Card } from "./facts.tsx";
import { FileChoice } from "./file-choice.tsx";
import { useLack } from "./lack.ts";
import { saveFile } from "./save-file.ts";

/** Takes a backup to the browser: without secrets, or with them under a passphrase. */
export function BackupCard() {
  const { http } = usePage();
  const text = useText().system.maintenance;
  const lack = useLack("System_rw", "User_r");
  const action = useAction();
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const passphrase = entriesOf(event)("passphrase");
    await action.run(async () => {
      const backup = await (passphrase === ""
        ? http.get<Backup>("/api/system/backup")
        : http.send<Backup>("POST", "/api/system/backup", { passphrase }));
      const day = new Date(backup.created).toISOString().slice(0, 10);
      const file = new Blob([JSON.stringify(backup, undefined, 2)], { type: "application/json" });
      saveFile(`rotordream-${day}.backup.json`, file);
    });
  };
  return (
    <Card title={text.backup}>
      <p class="soft">{lack ?? text.backupAbout}</p>
      {lack === undefined && (
        <form id="backup-form" class="stack" onSubmit={make}>
          <Field
            label={text.passphrase}
            hint={text.passphraseAbout}
            name="passphrase"
            type="password"
            autocomplete="new-password"
            minLength={8}
          />
          {action.error !== undefined && <ErrorNote text={action.error} />}
          <div class="row">
            <Button icon="download" type="submit" disabled={action.isBusy}>
              {text.makeBackup}
            </Button>
          </div>
        </form>
      )}
    </Card>
  );
}

/** Brings a backup back. */
export function RestoreCard() {
  const { http, toasts } = usePage();
  const text = useText().system.maintenance;
  const lack = useLack("System_rw", "User_rw");
  const [file, setFile] = useState<File>();
  const [isAsking, setIsAsking] = useState(false);
  const restore = async (entry: (name: string) => string) => {
    const backup = backupOf(await file?.text(), text.noBackup);
    const passphrase = entry("passphrase");
    await http.send("POST", "/api/system/backup", { ...backup, ...(passphrase === "" ? {} : { passphrase }) });
    toasts.show("done", text.restarting);
  };
  return (
    <Card title={text.restore}>
      <p class="soft">{lack ?? text.restoreAbout}</p>
      {lack === undefined && (
        <div class="stack">
          <FileChoice label={text.backupFile} accept=".json" name="backup" onChoose={setFile} />
          <div class="row">
            <Button id="restore" disabled={file === undefined} onClick={() => setIsAsking(true)}>
              {text.restore}
            </Button>
          </div>
        </div>
      )}
      {isAsking && (
        <Confirm title={text.restore} label={text.restore} onConfirm={restore} onClose={() => setIsAsking(false)}>
          <p dir="auto">{text.restoreAsk(file?.name ?? "")}</p>
          <Field
            label={text.passphrase}
            hint={text.passphraseIf}
            name="passphrase"
            type="password"
            autocomplete="off"
          />
        </Confirm>
      )}
    </Card>
  );
}

/** The object that a file holds; throws `refusal` when it holds none. The camera judges the rest. */
function backupOf(content: string | undefined, refusal: string): object {
  try {
    const value: unknown = JSON.parse(content ?? "");
    if (typeof value === "object" && value !== null && "format" in value) return value;
  } catch {
    // said below
  }
  throw new Error(refusal);
}
