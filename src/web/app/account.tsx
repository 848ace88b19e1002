import { useState } from "preact/hooks";
import { Button } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { Select } from "../design/field.tsx";
import { Icon } from "../design/icon.tsx";
import { isLanguage, LANGUAGES } from "../text/languages.ts";
import { usePage, useText } from "./page.ts";
import type { Theme } from "./preferences.ts";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** Who is logged in, and how the page looks to them. */
export function Account() {
  const { session } = usePage();
  const text = useText().app;
  const [isOpen, setIsOpen] = useState(false);
  const user = session.viewer.value?.user;
  const label = user === undefined ? text.login.anonymous : text.login.loggedInAs(user);
  return (
    <>
      <button type="button" class="place" id="account" title={label} onClick={() => setIsOpen(true)}>
        <Icon name="account" />
        <span class="place-name" dir="auto">
          {user ?? text.login.logIn}
        </span>
      </button>
      {isOpen && (
        <Dialog title={label} closeLabel={text.close} onClose={() => setIsOpen(false)}>
          <div class="stack">
            <Appearance />
            <InOrOut onDone={() => setIsOpen(false)} />
          </div>
        </Dialog>
      )}
    </>
  );
}

function InOrOut({ onDone }: { readonly onDone: () => void }) {
  const { session, report } = usePage();
  const { logIn, logOut } = useText().app.login;
  if (session.viewer.value?.user === undefined) {
    const ask = () => {
      onDone();
      session.askForLogin(true);
    };
    return (
      <Button kind="main" icon="lock" onClick={ask}>
        {logIn}
      </Button>
    );
  }
  return (
    <Button id="logout" icon="lock" onClick={() => session.logOut().then(onDone, report)}>
      {logOut}
    </Button>
  );
}

function Appearance() {
  const { theme, language } = usePage().preferences;
  const text = useText().app.appearance;
  const themes = THEMES.map((value) => ({ value, label: text[value] }));
  const languages = Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name }));
  return (
    <div class="stack">
      <Select
        label={text.language}
        value={language.value}
        choices={[{ value: "auto", label: text.auto }, ...languages]}
        onChoose={(value) => {
          language.value = isLanguage(value) ? value : "auto";
        }}
      />
      <Select
        label={text.theme}
        value={theme.value}
        choices={themes}
        onChoose={(value) => {
          theme.value = THEMES.find((each) => each === value) ?? "auto";
        }}
      />
    </div>
  );
}
