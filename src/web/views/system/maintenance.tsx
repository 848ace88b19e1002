import { useState } from "preact/hooks";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Field } from "../../design/field.tsx";
import { BackupCard, RestoreCard } from "./backup.tsx";
import { Confirm } from "./confirm.tsx";
import { Card } from "./facts.tsx";
import { useLack } from "./lack.ts";
import { SupportCard } from "./support.tsx";

/** Ends and new beginnings. */
export function MaintenancePage() {
  return (
    <div class="cards">
      <RestartCard />
      <BackupCard />
      <RestoreCard />
      <ReloadCard />
      <SupportCard />
      <ResetCard />
    </div>
  );
}

function RestartCard() {
  const { http, toasts } = usePage();
  const text = useText().system.maintenance;
  const lack = useLack("Reboot_rw");
  const [asked, setAsked] = useState<"restart" | "reboot">();
  const begin = async (what: "restart" | "reboot") => {
    await http.send("POST", `/api/system/${what}`);
    toasts.show("done", text.restarting);
  };
  return (
    <Card title={text.restart}>
      <p class="soft">{lack ?? text.restartAbout}</p>
      {lack === undefined && (
        <div class="row">
          <Button id="restart" onClick={() => setAsked("restart")}>
            {text.restart}
          </Button>
          <Button onClick={() => setAsked("reboot")}>{text.reboot}</Button>
        </div>
      )}
      {asked !== undefined && (
        <Confirm
          title={text[asked]}
          label={text[asked]}
          onConfirm={() => begin(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{text.restartAsk}</p>
        </Confirm>
      )}
    </Card>
  );
}

interface Reload {
  readonly applied: readonly string[];
  readonly needs_restart: readonly string[];
}

function ReloadCard() {
  const { http, report } = usePage();
  const text = useText().system.maintenance;
  const lack = useLack("System_rw");
  const [done, setDone] = useState<Reload>();
  const reload = () => http.send<Reload>("POST", "/api/config/reload").then(setDone, report);
  return (
    <Card title={text.reload}>
      <p class="soft">{lack ?? text.reloadAbout}</p>
      {lack === undefined && (
        <div class="row">
          <Button id="reload" onClick={reload}>
            {text.reload}
          </Button>
        </div>
      )}
      {done !== undefined && (
        <p role="status" dir="auto">
          {text.reloaded(done.applied.join(", "), done.needs_restart.join(", "))}
        </p>
      )}
    </Card>
  );
}

function ResetCard() {
  const { http, toasts } = usePage();
  const text = useText();
  const words = text.system.maintenance;
  const lack = useLack("System_rw");
  const [isAsking, setIsAsking] = useState(false);
  const reset = async (entry: (name: string) => string) => {
    await http.send("POST", "/api/system/factory-reset", { password: entry("password") });
    toasts.show("done", words.restarting);
  };
  return (
    <Card title={words.reset}>
      <p class="soft">{lack ?? words.resetAbout}</p>
      {lack === undefined && (
        <div class="row">
          <Button id="reset" kind="danger" onClick={() => setIsAsking(true)}>
            {words.reset}
          </Button>
        </div>
      )}
      {isAsking && (
        <Confirm title={words.reset} label={words.reset} onConfirm={reset} onClose={() => setIsAsking(false)}>
          <p>{words.resetAsk}</p>
          <Field label={words.ownPassword} name="password" type="password" autocomplete="current-password" required />
        </Confirm>
      )}
    </Card>
  );
}
