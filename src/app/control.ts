import { systemScheduler } from "../core/scheduler.ts";
import { createReportedOwner, type ReportedSources } from "../modules/control/reported.ts";
import { ControlService } from "../modules/control/service.ts";
import type { BackupPart } from "../modules/maintenance/backup.ts";
import { createSettingPresetsPart } from "../modules/setting-presets/backup-part.ts";
import { createPresetService, type PresetService } from "../modules/setting-presets/service.ts";
import { createSettingsPart } from "../modules/settings/backup-part.ts";
import { ChangeJournal } from "../settings/change-journal.ts";
import type { SettingOwner } from "../settings/setting-owner.ts";
import { createSettingPresetsOwner, SettingPresets } from "../settings/setting-presets.ts";
import { SettingsStore } from "../settings/settings-store.ts";
import { SettingPresetTable } from "../storage/setting-preset-table.ts";
import { SettingsTable } from "../storage/settings-table.ts";
import type { Foundation } from "./foundation.ts";

/** The settings and the clients that change them. */
export interface Control {
  readonly store: SettingsStore;
  readonly sockets: ControlService;
  readonly presets: PresetService;
  readonly backup: readonly BackupPart[];
  /** The settings in the database are of others now: what waits is not written, and nothing is changed any more. */
  discard(): void;
  stop(): void;
}

/** Builds the store over the device's owners, its journal, and the WebSocket service. */
export function createControl(
  { database, clock, log, audit, events, config, authenticator }: Foundation,
  devices: { readonly owners: readonly SettingOwner[]; readonly onClientGone: (client: string) => void },
  reported: ReportedSources,
): Control {
  const table = new SettingsTable(database, clock);
  const presetTable = new SettingPresetTable(database);
  const presets = new SettingPresets(presetTable, clock);
  const store = new SettingsStore({
    owners: [...devices.owners, createReportedOwner(reported), createSettingPresetsOwner(presets)],
    table,
    scheduler: systemScheduler,
    log: log.child("settings"),
  });
  const sockets = new ControlService({
    store,
    authenticator,
    clock,
    scheduler: systemScheduler,
    log: log.child("websocket"),
    events,
    messagesPerSecond: () => config.limits.wsMessagesPerSecond,
    maxConnections: () => config.limits.wsConnections,
    onClientGone: devices.onClientGone,
  });
  // after the sockets, so that clients hear of a change before the event that tells of it
  const journal = new ChangeJournal({ audit, events, scheduler: systemScheduler, log: log.child("settings") });
  store.subscribe((change) => journal.note(change));
  return {
    store,
    sockets,
    presets: createPresetService({ presets, store, audit }),
    backup: [createSettingsPart(() => store.kept(), table), createSettingPresetsPart(presetTable)],
    discard: () => {
      store.discard();
      journal.discard();
    },
    stop: () => {
      sockets.stop();
      journal.close();
      store.close();
    },
  };
}
