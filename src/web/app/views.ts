import type { ComponentType } from "preact";
import type { Permission } from "../../identity/permissions.ts";
import type { IconName } from "../design/icon.tsx";
import type { Text } from "../text/en.ts";

/** A view of the page: a folder of `views/`, loaded when it is first shown. */
export interface View {
  /** The first segment of its address, and its text in `app.views`. */
  readonly name: keyof Text["app"]["views"];
  readonly path: string;
  readonly icon: IconName;
  /** Without it there is nothing to see; undefined: everybody may. */
  readonly permission: Permission | undefined;
  readonly load: () => Promise<ComponentType>;
}

/** In the order of the navigation. */
export const VIEWS: readonly View[] = [
  {
    name: "live",
    path: "",
    icon: "live",
    permission: "Media_r",
    load: async () => (await import("../views/live/index.tsx")).LiveView,
  },
  {
    name: "control",
    path: "control",
    icon: "control",
    permission: "Device_r",
    load: async () => (await import("../views/control/index.tsx")).ControlView,
  },
  {
    name: "recordings",
    path: "recordings",
    icon: "recordings",
    permission: "Media_r",
    load: async () => (await import("../views/recordings/index.tsx")).RecordingsView,
  },
  {
    name: "system",
    path: "system",
    icon: "system",
    permission: undefined,
    load: async () => (await import("../views/system/index.tsx")).SystemView,
  },
];

/** The view at a place; undefined: none. */
export function viewAt([first = ""]: readonly string[]): View | undefined {
  return VIEWS.find(({ path }) => path === first);
}
