import { useFormats, useText } from "../../app/page.ts";
import type { LivePlayer } from "./live-player.ts";

/** How live video arrives, in figures. */
export function Readout({ player }: { readonly player: LivePlayer | undefined }) {
  const text = useText().live.readout;
  const formats = useFormats();
  const reading = player?.reading.value;
  if (reading === undefined) return null;
  const { picture, fps, reception } = reading;
  const { latency } = picture;
  const ms = (value: number | undefined) => (value === undefined ? undefined : `${formats.number(value)} ms`);
  const age = latency && `${ms(latency.ms)} ±${formats.number(Math.ceil(latency.uncertaintyMs))}`;
  return (
    <dl id="readout" class="readout" title={text.title} aria-label={text.label}>
      <Figure name="latency" label={text.latency} value={age} />
      <Figure name="fps" label={text.frames} value={`${formats.number(fps)} ${text.perSecond}`} />
      <Figure name="rate" label={text.rate} value={`${formats.number(reception.kbps / 1000, 1)} Mbit/s`} />
      <Figure name="loss" label={text.loss} value={`${formats.number(reception.lossRatio * 100, 1)} %`} />
      <Figure name="buffered" label={text.buffered} value={ms(reception.bufferedMs)} />
      <Figure name="round-trip" label={text.roundTrip} value={ms(reception.roundTripMs)} />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly label: string;
  /** Undefined: not known. */
  readonly value: string | undefined;
}

function Figure({ name, label, value }: FigureProps) {
  if (value === undefined) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd class="figures" data-figure={name}>
        {value}
      </dd>
    </div>
  );
}
