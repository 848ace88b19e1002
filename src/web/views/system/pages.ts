import type { ComponentType } from "preact";
import type { Permission } from "../../../identity/permissions.ts";
import type { Text } from "../../text/en.ts";
import { AccountPage } from "./account.tsx";
import { AuditPage } from "./audit.tsx";
import { CertificatePage } from "./certificate.tsx";
import { EventsPage } from "./events.tsx";
import { MaintenancePage } from "./maintenance.tsx";
import { MotionPage } from "./motion.tsx";
import { NetworkPage } from "./network.tsx";
import { OverviewPage } from "./overview.tsx";
import { SchedulePage } from "./schedule.tsx";
import { StoragePage } from "./storage.tsx";
import { StreamsPage } from "./streams.tsx";
import { TokensPage } from "./tokens.tsx";
import { UsersPage } from "./users.tsx";

/** A page of the view. */
export interface SystemPage {
  /** The second segment of its address, and its text in `system.pages`. */
  readonly name: keyof Text["system"]["pages"];
  /** What it takes to see anything on it; `login`: to be somebody. */
  readonly needs: Permission | "login" | undefined;
  readonly Body: ComponentType;
}

/** In the order of the list. The first is shown where the address names none. */
export const SYSTEM_PAGES = [
  { name: "overview", needs: "System_r", Body: OverviewPage },
  { name: "streams", needs: "Media_r", Body: StreamsPage },
  { name: "schedule", needs: "Media_r", Body: SchedulePage },
  { name: "storage", needs: "Storage_r", Body: StoragePage },
  { name: "motion", needs: "Device_r", Body: MotionPage },
  { name: "events", needs: "System_r", Body: EventsPage },
  { name: "users", needs: "User_r", Body: UsersPage },
  { name: "tokens", needs: "login", Body: TokensPage },
  { name: "account", needs: "login", Body: AccountPage },
  { name: "audit", needs: "System_rw", Body: AuditPage },
  { name: "certificate", needs: "System_r", Body: CertificatePage },
  { name: "network", needs: "System_r", Body: NetworkPage },
  { name: "maintenance", needs: "login", Body: MaintenancePage },
] as const satisfies readonly SystemPage[];
