import type { MotionWatch, PipelineStatus, StreamConfig } from "bun-ffi-v4l2";
import type { Camera, CameraDuty } from "./camera.ts";
import type { CameraStatus, Snapshots, Still } from "./camera-status.ts";
import { Cut } from "./cut.ts";
import { type CameraNumber, type CameraParts, Member, type OwnStream } from "./member.ts";
import { Picture } from "./picture.ts";
import { ProgrammeControls } from "./programme-controls.ts";
import type { StreamSink } from "./stream-sink.ts";
import { NO_WISHES, type StreamPlan, type StreamWishes } from "./streams/plan.ts";
import type { LocatedSource, VideoSource } from "./video-source.ts";

/** Where the other camera is inset. */
export type InsetPlace = "off" | "top-left" | "top-right" | "bottom-left" | "bottom-right";

/** What the programme is made of. */
export interface ProgrammeParts extends CameraParts {
  readonly source: VideoSource;
  /** Of the second camera, where it was named. */
  readonly secondSource?: VideoSource | undefined;
  /** Looks for one, now and then, where none was named. `first`: what the first camera is. */
  readonly findSecond?: ((first: LocatedSource) => VideoSource | undefined) | undefined;
  readonly onMain: StreamSink;
  readonly onSub: StreamSink;
}

const TICK_MS = 250;
const LOOK_INTERVAL_US = 2_000_000;

/**
 * What every part of the device means by "the camera": one of at most two. The other rests unless it is inset or watched by itself; a
 * change of the programme waits for a keyframe of the other camera, so that viewers see a cut and no gap.
 */
export class Programme implements Snapshots {
  readonly picture: Picture;
  readonly #parts: ProgrammeParts;
  readonly controls: ProgrammeControls;
  readonly #cut: Cut;
  readonly #first: Member;
  readonly #listeners: (() => void)[] = [];
  readonly #planListeners: (() => void)[] = [];
  readonly #selectListeners: (() => void)[] = [];
  #second: Member | undefined;
  #current: Member;
  #inset: InsetPlace = "off";
  #wishes = NO_WISHES;
  #bitrateKbps: number | undefined;
  #motion: MotionWatch | undefined;
  #nextLookUs = 0;
  /** Who shows what, as it was arranged last. */
  #arranged = "";
  #isStarted = false;
  #stopTicking: () => void = () => undefined;

  constructor(parts: ProgrammeParts) {
    this.#parts = parts;
    this.#cut = new Cut(parts.clock, parts.onMain, parts.onSub, () => this.#arrange());
    this.#first = this.#createMember(1, parts.source);
    this.#current = this.#first;
    this.#cut.begin(this.#first);
    this.controls = new ProgrammeControls(this.#first.camera.controls);
    this.picture = new Picture(this.#first.camera);
    if (parts.secondSource !== undefined) this.#addSecond(parts.secondSource);
  }

  /** Opens what is needed; to be called once, when it is known how. */
  start(): void {
    this.#isStarted = true;
    this.#stopTicking = this.#parts.scheduler.every(TICK_MS, () => this.#tick());
    for (const member of this.#members) member.camera.start(this.#dutyOf(member));
    this.#tick();
  }

  /** Which camera it is. */
  get number(): CameraNumber {
    return this.#current.number;
  }

  /** A second camera is there, or was. */
  get hasSecond(): boolean {
    return this.#second !== undefined;
  }

  /** There is a second camera, or one that is plugged in would be. */
  get mayHaveSecond(): boolean {
    return this.hasSecond || this.#parts.findSecond !== undefined;
  }

  get inset(): InsetPlace {
    return this.#inset;
  }

  /** One or two; the programme is among them. */
  get cameras(): readonly Camera[] {
    return this.#members.map(({ camera }) => camera);
  }

  /** Makes a camera the programme, at once where that has been so before the start, else at its next keyframe. One that is not there is shown as its slate. */
  select(number: CameraNumber): void {
    const member = this.#find(number);
    if (member === undefined || member === this.#current) return;
    const before = this.#current;
    this.#current = member;
    before.camera.watchMotion(undefined);
    before.camera.setMainBitrate(undefined);
    member.camera.watchMotion(this.#motion);
    member.camera.setMainBitrate(this.#bitrateKbps);
    if (this.#isStarted) this.#cut.change(member);
    else this.#cut.begin(member);
    this.#arrange();
    this.controls.change(member.camera.controls);
    for (const listener of this.#selectListeners) listener();
    this.#tell();
    for (const listener of this.#planListeners) listener();
  }

  setInset(place: InsetPlace): void {
    this.#inset = place;
    this.#arrange();
  }

  /** Streams that go to those who watch one camera, from now on; they ask for pictures by `want`. */
  serve(number: CameraNumber, own: { readonly main: OwnStream; readonly sub: OwnStream }): void {
    this.#find(number)?.serve(own);
  }

  /** Somebody is about to watch one camera: it works, and its next picture is a keyframe. */
  want(number: CameraNumber, stream: "main" | "sub"): void {
    const member = this.#find(number);
    member?.noteWish();
    this.#arrange();
    member?.camera.forceKeyframe(stream);
  }

  get main(): StreamConfig {
    return this.#current.camera.main;
  }

  get sub(): StreamConfig {
    return this.#current.camera.sub;
  }

  get plan(): StreamPlan {
    return this.#current.camera.plan;
  }

  get counters(): PipelineStatus {
    return this.#current.camera.counters;
  }

  get located(): LocatedSource | undefined {
    return this.#current.camera.located;
  }

  planFor(wishes: StreamWishes): StreamPlan {
    return this.#current.camera.planFor(wishes);
  }

  /** Of both cameras, so that a change of the programme changes no stream. */
  setWishes(wishes: StreamWishes): void {
    this.#wishes = wishes;
    for (const { camera } of this.#members) camera.setWishes(wishes);
    for (const listener of this.#planListeners) listener();
  }

  setMainBitrate(kbps: number | undefined): void {
    this.#bitrateKbps = kbps;
    this.#current.camera.setMainBitrate(kbps);
  }

  watchMotion(watch: MotionWatch | undefined): void {
    this.#motion = watch;
    this.#current.camera.watchMotion(watch);
  }

  forceKeyframe(stream: "main" | "sub"): void {
    this.#current.camera.forceKeyframe(stream);
  }

  /** Calls `listener` when a camera's state, source or plan may have changed, when there is a second one, and when another is the programme. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Calls `listener` after each `setWishes`, and when another camera is the programme. */
  onPlanned(listener: () => void): void {
    this.#planListeners.push(listener);
  }

  /** Calls `listener` when another camera is the programme, before `onChanged`'s. */
  onSelected(listener: () => void): void {
    this.#selectListeners.push(listener);
  }

  status(): CameraStatus {
    return this.#current.camera.status();
  }

  take(stream: "stream1" | "stream2", quality: number): Promise<Uint8Array> {
    return this.shown(stream).take(stream, quality);
  }

  takeTimed(stream: "stream1" | "stream2", quality: number): Promise<Still> {
    return this.shown(stream).takeTimed(stream, quality);
  }

  close(): void {
    this.#stopTicking();
    for (const { camera } of this.#members) camera.close();
  }

  get #members(): readonly Member[] {
    return this.#second === undefined ? [this.#first] : [this.#first, this.#second];
  }

  /** Whose pictures the stream shows: until the cut, those of the camera before. */
  shown(stream: "stream1" | "stream2"): Camera {
    const which = stream === "stream1" ? "main" : "sub";
    return (this.#members.find((member) => this.#cut.shows(member, which)) ?? this.#current).camera;
  }

  #find(number: CameraNumber): Member | undefined {
    return this.#members.find((member) => member.number === number);
  }

  #createMember(number: CameraNumber, source: VideoSource): Member {
    const { library, clock, scheduler, log } = this.#parts;
    const member = new Member({ library, clock, scheduler, log }, number, source, this.#cut.relays);
    member.camera.onChanged(() => {
      this.#cut.follow();
      this.#tell();
    });
    return member;
  }

  #addSecond(source: VideoSource): void {
    const member = this.#createMember(2, source);
    this.#second = member;
    member.camera.setWishes(this.#wishes);
    if (this.#isStarted) member.camera.start("rest");
    this.#arrange();
    this.#tell();
  }

  #tick(): void {
    const nowUs = this.#parts.clock.monotonicUs();
    if (this.#second === undefined && nowUs >= this.#nextLookUs) {
      this.#nextLookUs = nowUs + LOOK_INTERVAL_US;
      this.#lookForSecond();
    }
    this.#cut.follow();
    this.#arrange();
  }

  #lookForSecond(): void {
    const { camera } = this.#first;
    const { state, substitute } = camera.status();
    // one that is opened now is not to be disturbed
    if (camera.located === undefined || substitute || state !== "online") return;
    const source = this.#parts.findSecond?.(camera.located);
    if (source !== undefined) this.#addSecond(source);
  }

  /** Shows stage and inset on those that are the programme, or still are, and gives each camera its duty. */
  #arrange(): void {
    if (this.#second === undefined) return;
    const shown = this.#members.filter((member) => this.#cut.uses(member));
    const arranged = `${this.#inset} ${this.number} ${shown.map(({ number }) => number)}`;
    if (arranged !== this.#arranged) this.#show(shown);
    this.#arranged = arranged;
    if (!this.#isStarted) return;
    for (const member of this.#members) {
      const duty = this.#dutyOf(member);
      if (duty === "rest") member.rest();
      else member.camera.work(duty);
    }
  }

  #show(shown: readonly Member[]): void {
    const others = this.#members.filter((member) => !shown.includes(member));
    this.picture.setTargets(
      this.#current.camera,
      others.map(({ camera }) => camera),
    );
    const place = this.#inset;
    for (const member of this.#members) {
      const other = place !== "off" && shown.includes(member) ? this.#members.find((one) => one !== member) : undefined;
      member.camera.setInset(other?.camera, place === "off" ? "top-left" : place);
    }
  }

  #dutyOf(member: Member): CameraDuty {
    if (this.#cut.uses(member) || member.isWatched) return "streams";
    return this.#inset === "off" ? "rest" : "inset";
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
