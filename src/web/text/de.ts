import { app } from "./de/app.ts";
import { control } from "./de/control.ts";
import { errors } from "./de/errors.ts";
import { live } from "./de/live.ts";
import { recordings } from "./de/recordings.ts";
import { system } from "./de/system.ts";
import type { Text } from "./en.ts";

/** Alle Texte der Seite auf Deutsch. */
export const de: Text = { app, errors, live, control, recordings, system };
