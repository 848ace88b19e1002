import { Field } from "../design/field.tsx";
import { usePage, useText } from "./page.ts";

interface NewPasswordProps {
  /** The rule for passwords, where it is not told otherwise. */
  readonly hint?: string;
  /** Who has just entered the old one is not asked for it again. */
  readonly isOldKnown?: boolean;
  /** The two entries of the new password are not the same. */
  readonly differs: boolean;
}

/** One's own password before (`old`) and from now on (`fresh`, `repeat`); programs that keep passwords find the user too. */
export function NewPasswordFields({ hint, isOldKnown = false, differs }: NewPasswordProps) {
  const { session } = usePage();
  const words = useText().app.firstLogin;
  return (
    <>
      <input type="hidden" name="username" autocomplete="username" value={session.viewer.value?.user ?? ""} />
      {!isOldKnown && <Field label={words.old} name="old" type="password" autocomplete="current-password" required />}
      <Field
        label={words.fresh}
        hint={hint}
        name="fresh"
        type="password"
        autocomplete="new-password"
        minLength={8}
        required
      />
      <Field
        label={words.repeat}
        name="repeat"
        type="password"
        autocomplete="new-password"
        error={differs ? words.differs : undefined}
        required
      />
    </>
  );
}
