import { useEffect } from "preact/hooks";
import type { DeviceDescription, DeviceStatus, Health, StorageReading } from "../../../modules/system/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { hashOf } from "../../app/route.ts";
import { Icon } from "../../design/icon.tsx";
import { Badge, Card, Facts } from "./facts.tsx";
import { LoadedPart, useLoaded } from "./loading.tsx";

/** Many pages of one user may be open before the camera's limit of requests is reached; warnings come at once. */
const PERIOD_MS = 15_000;

/** How the device is doing, at a glance. */
export function OverviewPage() {
  const status = useLoaded<DeviceStatus>((http) => http.get("/api/status"), PERIOD_MS);
  const health = useLoaded<{ readonly health: Health }>((http) => http.get("/api/health"), PERIOD_MS);
  const device = useLoaded<DeviceDescription>((http) => http.get("/api/info"));
  const warnings = useLiveWarnings();
  return (
    <LoadedPart of={status}>
      {(now) => (
        <>
          <Warnings warnings={warnings ?? now.warnings} />
          <div class="cards">
            <LoadedPart of={health}>{({ health }) => <HealthCard health={health} />}</LoadedPart>
            <Cameras cameras={now.cameras} />
            <LoadedPart of={device}>{(what) => <DeviceCard device={what} status={now} />}</LoadedPart>
            <StorageCard storage={now.storage} />
          </div>
        </>
      )}
    </LoadedPart>
  );
}

/** As they come and go; undefined: the camera has told none yet. */
function useLiveWarnings(): readonly string[] | undefined {
  const { control } = usePage();
  useEffect(() => control.subscribe("warnings"), [control]);
  const told: unknown = control.settings.value("warnings").value;
  return Array.isArray(told) ? told.map(String) : undefined;
}

/** The camera says what is wrong and what to do about it. */
function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  const text = useText().system.overview;
  if (warnings.length === 0) {
    return (
      <p class="calm-note" role="status">
        <Icon name="check" /> {text.noWarnings}
      </p>
    );
  }
  return (
    <ul class="stack" aria-label={text.warnings}>
      {warnings.map((warning) => (
        <li key={warning} class="caution-note">
          <Icon name="warning" />
          <p dir="auto">{warning}</p>
        </li>
      ))}
    </ul>
  );
}

function HealthCard({ health }: { readonly health: Health }) {
  const text = useText().system.overview;
  const tones = { ok: "good", degraded: "caution", failed: "bad", unused: "plain" } as const;
  const checks = Object.entries(health.checks) as [keyof Health["checks"], keyof typeof tones][];
  return (
    <Card
      title={text.health}
      actions={
        <Badge tone={health.status === "healthy" ? "good" : "caution"}>{text.healthStates[health.status]}</Badge>
      }
    >
      <Facts
        facts={checks
          .filter(([, state]) => state !== "unused")
          .map(([name, state]) => [text.parts[name], <Badge tone={tones[state]}>{text.checks[state]}</Badge>])}
      />
    </Card>
  );
}

const TONES: Readonly<Partial<Record<DeviceStatus["cameras"][number]["state"], "good" | "plain">>> = {
  online: "good",
  resting: "plain",
};

function Cameras({ cameras }: { readonly cameras: DeviceStatus["cameras"] }) {
  const text = useText().system.overview;
  const formats = useFormats();
  return cameras.map((camera) => (
    <Card
      key={camera.id}
      title={camera.model === "" ? camera.id : camera.model}
      actions={<Badge tone={TONES[camera.state] ?? "bad"}>{text.cameraStates[camera.state]}</Badge>}
    >
      {camera.problem !== undefined && (
        <div class="caution-note">
          <Icon name="warning" />
          <p dir="auto">{camera.problem}</p>
        </div>
      )}
      {camera.substitute && <p class="soft">{text.substitute}</p>}
      <Facts
        facts={[
          [text.name, camera.id],
          [text.device, camera.device],
          [text.driver, camera.driver],
          // none while nothing is captured
          [text.picture, camera.pixel_format && `${camera.resolution} · ${camera.pixel_format}`],
          [
            text.rate,
            camera.pixel_format && text.measured(formats.number(camera.measured_fps, 1), formats.number(camera.fps)),
          ],
        ]}
      />
    </Card>
  ));
}

function DeviceCard({ device, status }: { readonly device: DeviceDescription; readonly status: DeviceStatus }) {
  const text = useText().system.overview;
  const formats = useFormats();
  const temperatures = status.temperatures.map(({ name, celsius }) => `${name} ${formats.number(celsius, 1)} °C`);
  return (
    <Card title={device.name} actions={<Badge tone="plain">{device.version}</Badge>}>
      <Facts
        facts={[
          [text.hostname, device.hostname],
          [text.model, device.model],
          [text.serial, device.serial],
          [text.uptime, text.uptimeOf(status.uptime)],
          [text.viewers, formats.number(status.viewers.total)],
          [text.encoder, device.capabilities.encoders.chosen.join(", ")],
          [text.onvif, device.capabilities.onvif_profiles.map((profile) => `Profile ${profile}`).join(", ")],
          [text.processor, status.cpu_percent === null ? undefined : `${formats.number(status.cpu_percent)} %`],
          [text.memory, formats.bytes(status.rss_bytes)],
          [text.temperature, temperatures.length === 0 ? text.noSensor : temperatures.join(", ")],
        ]}
      />
    </Card>
  );
}

function StorageCard({ storage }: { readonly storage: StorageReading | null }) {
  const { session } = usePage();
  const text = useText().system.overview;
  const formats = useFormats();
  if (storage === null) {
    return (
      <Card title={text.storage} actions={<Badge tone="bad">{text.checks.failed}</Badge>}>
        <p>{text.noStorage}</p>
      </Card>
    );
  }
  const used = 1 - storage.free_bytes / Math.max(1, storage.total_bytes);
  return (
    <Card title={text.storage}>
      <meter class="meter" min={0} max={1} low={0.8} high={0.95} optimum={0} value={used} aria-label={text.used} />
      <Facts
        facts={[
          [text.free, formats.bytes(storage.free_bytes)],
          [text.total, formats.bytes(storage.total_bytes)],
          ...(session.may("Media_r") ? [[text.roomFor, <RoomFor key="room" />] as const] : []),
        ]}
      />
      <p>
        <a href={hashOf("system", "storage")}>{text.retention}</a>
      </p>
    </Card>
  );
}

/** How long the camera can go on recording as it does now. */
function RoomFor() {
  const text = useText().system.overview;
  const { value } = useLoaded<{ readonly remaining_seconds?: number }>((http) => http.get("/api/recording/status"));
  return <>{value?.remaining_seconds === undefined ? text.unknown : text.uptimeOf(value.remaining_seconds)}</>;
}
