import { useState } from "preact/hooks";
import { Button } from "../design/button.tsx";
import { ErrorNote } from "../design/notes.tsx";
import { sentenceOf } from "../text/error-sentence.ts";
import { NewPasswordFields } from "./new-password-fields.tsx";
import { usePage, useText } from "./page.ts";

/** A password that the camera made up must be changed before anything else (contract auth.md). */
export function FirstLoginView() {
  const { session } = usePage();
  const text = useText();
  const words = text.app.firstLogin;
  const [error, setError] = useState<string>();
  const [differs, setDiffers] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const [fresh, repeat] = ["fresh", "repeat"].map((name) => String(fields.get(name)));
    setError(undefined);
    setDiffers(fresh !== repeat);
    if (fresh !== repeat) return;
    setIsBusy(true);
    try {
      await session.changePassword(fields.get("old")?.toString(), fresh ?? "");
    } catch (refused) {
      setError(sentenceOf(refused, text.errors));
      setIsBusy(false);
    }
  };
  return (
    <div class="login">
      <form id="first-login" class="login-card panel stack" onSubmit={save}>
        <h1>{words.title}</h1>
        <p class="soft">{words.intro}</p>
        {error !== undefined && <ErrorNote text={error} />}
        <NewPasswordFields isOldKnown={session.isPasswordAtHand.value} differs={differs} />
        <Button kind="main" type="submit" disabled={isBusy}>
          {words.submit}
        </Button>
      </form>
    </div>
  );
}
