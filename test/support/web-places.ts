import type { Page } from "playwright-core";
import { until } from "./until.ts";

/** A place of the page: where it is, what is pressed there, and what is then seen. */
export interface WebPlace {
  readonly name: string;
  readonly path: string;
  /** Selectors, one after the other; by keys. */
  readonly press?: readonly string[];
  readonly shows: string;
}

const pages = [
  ["overview", ".facts"],
  ["streams", ".copy input, .facts"],
  ["schedule", ".week"],
  ["motion", ".card"],
  ["events", "table, .empty"],
  ["users", "table"],
  ["tokens", "table, .empty"],
  ["account", "#own-password"],
  ["audit", "table"],
  ["certificate", ".facts"],
  ["network", ".facts"],
  ["maintenance", ".card"],
] as const;

/** Every view and page; on the camera there has to be a recording. */
export const WEB_PLACES: readonly WebPlace[] = [
  { name: "live", path: "", shows: ".toolbar" },
  { name: "control", path: "control", shows: ".control-group" },
  { name: "control-streams", path: "control", press: ["[role=tab] >> nth=1"], shows: ".control-group" },
  { name: "control-overlay", path: "control", press: ["[role=tab] >> nth=2"], shows: ".overlay-form" },
  { name: "control-presets", path: "control", press: ["[role=tab] >> nth=3"], shows: "[role=tabpanel] .button" },
  { name: "recordings", path: "recordings", shows: ".list-open" },
  { name: "recordings-player", path: "recordings", press: [".list-open >> nth=0"], shows: "#download" },
  ...pages.map(([page, shows]) => ({ name: `system-${page}`, path: `system/${page}`, shows })),
];

const dialog = (name: string, path: string, ...press: readonly string[]): WebPlace => ({
  ...{ name: `${name}-dialog`, path, press, shows: "dialog[open]" },
});

/** Every question that is asked over them. */
export const WEB_DIALOGS: readonly WebPlace[] = [
  dialog("account", "", "#account"),
  dialog("why", "", "#why"),
  dialog("reset-all", "control", "#reset-all"),
  dialog("delete", "recordings", ".list-open >> nth=0", "#delete"),
  dialog("remove-tag", "recordings", ".list-open >> nth=0", ".tags-editor .chip .button >> nth=0"),
  dialog("add-user", "system/users", "#add-user"),
  dialog("change-user", "system/users", "td .button >> nth=0"),
  dialog("remove-user", "system/users", "td .button >> nth=1"),
  dialog("add-token", "system/tokens", "#add-token"),
  dialog("revoke-token", "system/tokens", "td .button >> nth=0"),
  dialog("log-out", "system/account", ".card >> nth=0 >> .button"),
  dialog("restart", "system/maintenance", ".card >> nth=0 >> .button >> nth=0"),
  dialog("factory-reset", "system/maintenance", ".button-danger"),
];

/** Goes to a place, with the keyboard alone once it is there. */
export async function goTo(page: Page, url: string, { path, press = [], shows }: WebPlace): Promise<void> {
  // what is on another place is taken away: an address that is shown already would leave it as it is
  await page.evaluate('location.hash = "#/nowhere"');
  await page.locator("main > .empty").waitFor();
  await page.goto(`${url}/#/${path}`);
  for (const selector of press) await page.locator(selector).press("Enter");
  await page.locator(shows).first().waitFor();
  await until(async () => (await page.locator("main .spinner").count()) === 0);
}
