import type { MotionZone } from "../../../settings/keys.ts";
import { usePage, useText } from "../../app/page.ts";
import { Button } from "../../design/button.tsx";
import { Slider, Switch } from "../../design/field.tsx";
import { EmptyState, ErrorNote, Spinner } from "../../design/notes.tsx";
import { sentenceOf } from "../../text/error-sentence.ts";
import { DraftBar, useDraft } from "./draft.tsx";
import { Badge, Card } from "./facts.tsx";
import { useLack } from "./lack.ts";
import { useStill } from "./still.ts";
import { MAX_ZONES, ZoneEditor } from "./zone-editor.tsx";
import { cameraZone, type Rectangle, shownZone } from "./zone-geometry.ts";

/** Where a zone begins that is made without a pointer. */
const NEW_ZONE = { x: 0.3, y: 0.3, width: 0.4, height: 0.4 };

/** What moves, where, and what follows from it. */
export function MotionPage() {
  const { control } = usePage();
  const text = useText();
  const zones = control.settings.value("motion-zones").value;
  if (zones !== undefined) return <Motion present={zones} />;
  return control.settings.isKnown.value ? (
    <EmptyState icon="live" title={text.system.unsupported} />
  ) : (
    <Spinner label={text.app.loading} />
  );
}

function Motion({ present }: { readonly present: readonly MotionZone[] }) {
  return (
    <div class="beside">
      <Zones present={present} />
      <Detection />
    </div>
  );
}

function Zones({ present }: { readonly present: readonly MotionZone[] }) {
  const { control, session } = usePage();
  const text = useText();
  const words = text.system.motion;
  const lack = useLack("Device_rw");
  const draft = useDraft("motion-zones", present, (zones: readonly MotionZone[]) => zones);
  const { url, error } = useStill("stream2");
  const turn = {
    rotation: control.settings.value("rotation").value ?? 0,
    flip: control.settings.value("flip").value ?? "none",
  };
  const isMoving = control.settings.value("motion").value === true;
  const shown = draft.value.map((zone) => shownZone(zone, turn));
  const change = (zones: readonly Rectangle[]) => draft.change(zones.map((zone) => cameraZone(zone, turn)));
  return (
    <Card
      title={words.zones}
      actions={<Badge tone={isMoving ? "caution" : "plain"}>{isMoving ? words.moving : words.still}</Badge>}
    >
      <p class="soft">{lack ?? words.intro}</p>
      {error !== undefined && session.may("Media_r") && <ErrorNote text={sentenceOf(error, text.errors)} />}
      <ZoneEditor picture={url} zones={shown} onChange={lack === undefined ? change : undefined} />
      <ZoomNote />
      {lack === undefined && (
        <div class="row">
          <Button icon="plus" disabled={shown.length >= MAX_ZONES} onClick={() => change([...shown, NEW_ZONE])}>
            {words.add}
          </Button>
          {shown.map((zone, index) => (
            <Button
              key={`${index} ${zone.x} ${zone.y}`}
              icon="trash"
              title={words.remove(index + 1)}
              onClick={() => change(shown.filter((_, each) => each !== index))}
            >
              <span class="figures">{index + 1}</span>
            </Button>
          ))}
        </div>
      )}
      <p class="soft">{shown.length === 0 ? words.everywhere : words.count(shown.length, MAX_ZONES)}</p>
      <DraftBar draft={draft} />
    </Card>
  );
}

/** Zones lie on the whole picture, of which a zoomed one shows a part. */
function ZoomNote() {
  const { control, report } = usePage();
  const text = useText().system.motion;
  const zoom = control.settings.value("zoom").value ?? 1;
  if (zoom <= 1) return null;
  return (
    <div class="caution-note">
      <p>{text.zoomed}</p>
      <Button onClick={() => control.settings.set("zoom", 1).catch(report)}>{text.zoomOut}</Button>
    </div>
  );
}

function Detection() {
  const { control, report } = usePage();
  const text = useText().system.motion;
  const { settings } = control;
  const deviceLack = useLack("Device_rw");
  const mediaLack = useLack("Media_rw");
  const isOn = settings.value("motion-detection").value;
  const sensitivity = settings.value("motion-sensitivity").value;
  const records = settings.value("record-on-motion").value;
  const preRoll = settings.value("pre-roll").value;
  return (
    <Card title={text.detection}>
      <Switch
        label={text.detect}
        isOn={isOn === true}
        isDisabled={isOn === undefined || deviceLack !== undefined}
        onSwitch={(value) => settings.set("motion-detection", value).catch(report)}
      />
      {sensitivity !== undefined && (
        <Slider
          label={text.sensitivity}
          hint={text.sensitivityAbout}
          minimum={0}
          maximum={100}
          value={sensitivity}
          shown={`${sensitivity} %`}
          isDisabled={deviceLack !== undefined}
          onSlide={(value) => settings.set("motion-sensitivity", value).catch(report)}
        />
      )}
      {records !== undefined && (
        <Switch
          label={text.record}
          isOn={records}
          isDisabled={mediaLack !== undefined}
          onSwitch={(value) => settings.set("record-on-motion", value).catch(report)}
        />
      )}
      {preRoll !== undefined && (
        <Slider
          label={text.preRoll}
          hint={text.preRollAbout}
          minimum={0}
          maximum={10}
          value={preRoll}
          shown={`${preRoll} s`}
          isDisabled={mediaLack !== undefined}
          onSlide={(value) => settings.set("pre-roll", value).catch(report)}
        />
      )}
      {(deviceLack ?? mediaLack) !== undefined && <p class="soft">{deviceLack ?? mediaLack}</p>}
    </Card>
  );
}
