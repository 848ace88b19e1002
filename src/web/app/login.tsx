import { useState } from "preact/hooks";
import { RequestError } from "../api/request-error.ts";
import { Button } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { Field } from "../design/field.tsx";
import { ErrorNote } from "../design/notes.tsx";
import { sentenceOf } from "../text/error-sentence.ts";
import { usePage, useText } from "./page.ts";

/** The login as a view of its own, where nobody may see anything without. */
export function LoginView() {
  const { title, intro, help } = useText().app.login;
  return (
    <div class="login">
      <div class="login-card panel stack">
        <h1>{title}</h1>
        <p class="soft">{intro}</p>
        <LoginForm />
        <details class="more">
          <summary>{help.title}</summary>
          <div class="stack soft">
            <p>{help.first}</p>
            <p>{help.lost}</p>
          </div>
        </details>
      </div>
    </div>
  );
}

/** The login over a view that goes on below it, with all that was entered there. */
export function LoginDialog() {
  const { session, report } = usePage();
  const text = useText().app;
  const close = () => {
    session.askForLogin(false);
    if (session.hasEnded.peek()) session.refresh().catch(report);
  };
  return (
    <Dialog title={text.login.title} closeLabel={text.cancel} onClose={close}>
      <div class="stack">
        <p class="soft">{text.login.again}</p>
        <LoginForm />
      </div>
    </Dialog>
  );
}

function LoginForm() {
  const { session } = usePage();
  const text = useText();
  const { user, password, submit, wrong } = text.app.login;
  const [error, setError] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const logIn = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setIsBusy(true);
    setError(undefined);
    try {
      await session.logIn(String(fields.get("username")), String(fields.get("password")));
    } catch (refused) {
      const isWrong = refused instanceof RequestError && refused.failure.status === 401;
      setError(isWrong ? wrong : sentenceOf(refused, text.errors));
      setIsBusy(false);
    }
  };
  return (
    <form id="login" class="stack" onSubmit={logIn}>
      {error !== undefined && <ErrorNote text={error} />}
      <Field label={user} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      <Field label={password} name="password" type="password" autocomplete="current-password" required />
      <Button kind="main" type="submit" disabled={isBusy}>
        {submit}
      </Button>
    </form>
  );
}
