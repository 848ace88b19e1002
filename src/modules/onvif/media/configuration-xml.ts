import type { PictureSize } from "../../../camera/default-format.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { writeDuration } from "../../../soap/request-values.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { describeRule, readMotionRule } from "../analytics/motion-rule.ts";
import { describeRange } from "../describe-range.ts";
import { CONCRETE_SET } from "../events/notification.ts";
import { TOKENS } from "../profiles.ts";
import type { EncoderOptions } from "./encoder-options.ts";
import type { MediaServiceParts } from "./media-parts.ts";
import { type ConfigurationType, ENCODER_TOKENS, type ProfileTrack } from "./profile.ts";
import type { VideoEncoders } from "./video-encoders.ts";

/** Which media service a configuration is written for: their encoders differ. */
export type MediaPrefix = "trt" | "tr2";

/** RTSP's own, whatever clients wish (rtsp/session.ts). */
const SESSION_TIMEOUT_MS = 60_000;
/** Degrees by which pictures can be turned, clockwise. */
export const ROTATIONS = [90, 180, 270] as const;

/** Writes configurations and their options. */
export class ConfigurationWriter {
  readonly #parts: MediaServiceParts;
  readonly #encoders: VideoEncoders;

  constructor(parts: MediaServiceParts, encoders: VideoEncoders) {
    this.#parts = parts;
    this.#encoders = encoders;
  }

  /** The whole picture, from which nothing is cut out. */
  get sourceSize(): PictureSize {
    const [largest = ""] = this.#parts.camera.plan.resolutions;
    const [width = 0, height = 0] = largest.split("x").map(Number);
    return { width, height };
  }

  /** The configuration of a token as an element of that name. */
  configuration(service: MediaPrefix, name: QualifiedName, type: ConfigurationType, token: string): Xml {
    switch (type) {
      case "PTZ":
        return this.#parts.ptz.describe(name);
      case "VideoSource":
        return this.#videoSource(name, token);
      case "VideoEncoder":
        return service === "trt" ? this.#encoder(name, token) : this.#encoder2(name, token);
      case "Analytics":
        return this.#analytics(name, token);
      case "Metadata":
        return this.#metadata(name, token);
    }
  }

  videoSourceOptions(name: QualifiedName, maxProfiles: number): Xml {
    const { width, height } = this.sourceSize;
    const exactly = (value: number) => ({ minimum: value, maximum: value });
    return xml(
      name,
      { MaximumNumberOfProfiles: maxProfiles },
      xml(
        "tt:BoundsRange",
        describeRange("tt:XRange", exactly(0)),
        describeRange("tt:YRange", exactly(0)),
        describeRange("tt:WidthRange", exactly(width)),
        describeRange("tt:HeightRange", exactly(height)),
      ),
      xml("tt:VideoSourceTokensAvailable", TOKENS.videoSource),
      xml(
        "tt:Extension",
        xml(
          "tt:Rotate",
          { Reboot: false },
          xml("tt:Mode", "OFF"),
          xml("tt:Mode", "ON"),
          xml("tt:DegreeList", ...ROTATIONS.map((degrees) => xml("tt:Items", degrees))),
        ),
      ),
    );
  }

  metadataOptions(name: QualifiedName): Xml {
    return xml(
      name,
      { GeoLocation: false, MaxContentFilterSize: 0 },
      xml(
        "tt:PTZStatusFilterOptions",
        xml("tt:PanTiltStatusSupported", true),
        xml("tt:ZoomStatusSupported", true),
        xml("tt:PanTiltPositionSupported", this.#parts.ptz.hasPosition("panTilt")),
        xml("tt:ZoomPositionSupported", this.#parts.ptz.hasPosition("zoom")),
        xml("tt:FieldOfViewSupported", false),
      ),
    );
  }

  /** `tt:VideoEncoderConfigurationOptions` of media ver10. */
  encoderOptions(
    name: QualifiedName,
    { h264, jpeg }: { readonly h264?: EncoderOptions; readonly jpeg?: EncoderOptions },
  ): Xml {
    const qualities = [h264, jpeg].flatMap((options) => (options === undefined ? [] : [options.quality]));
    const h264Content = h264 && [
      sizesXml(h264),
      describeRange("tt:GovLengthRange", h264.gop ?? h264.fps),
      ...rates(h264),
      h264.profiles.map((profile) => xml("tt:H264ProfilesSupported", profile)),
    ];
    const jpegContent = jpeg && [sizesXml(jpeg), ...rates(jpeg)];
    return xml(
      name,
      describeRange("tt:QualityRange", {
        minimum: Math.min(...qualities.map(({ minimum }) => minimum)),
        maximum: Math.max(...qualities.map(({ maximum }) => maximum)),
      }),
      jpegContent && xml("tt:JPEG", ...jpegContent),
      h264Content && xml("tt:H264", ...h264Content),
      xml(
        "tt:Extension",
        jpeg && jpegContent && xml("tt:JPEG", ...jpegContent, describeRange("tt:BitrateRange", jpeg.bitrateKbps)),
        h264 && h264Content && xml("tt:H264", ...h264Content, describeRange("tt:BitrateRange", h264.bitrateKbps)),
      ),
    );
  }

  /** `tt:VideoEncoder2ConfigurationOptions` of media ver20. */
  encoder2Options(name: QualifiedName, options: EncoderOptions): Xml {
    const { encoding, quality, fps, gop, profiles, bitrateKbps } = options;
    const rates = Array.from({ length: fps.maximum - fps.minimum + 1 }, (_, index) => fps.maximum - index);
    return xml(
      name,
      {
        GovLengthRange: gop && `${gop.minimum} ${gop.maximum}`,
        FrameRatesSupported: rates.join(" "),
        ProfilesSupported: profiles.length === 0 ? undefined : profiles.join(" "),
        ConstantBitRateSupported: false,
        GuaranteedFrameRateSupported: false,
      },
      xml("tt:Encoding", encoding),
      describeRange("tt:QualityRange", quality),
      sizesXml(options),
      describeRange("tt:BitrateRange", bitrateKbps),
    );
  }

  #common(token: string): readonly Xml[] {
    const { profiles, values } = this.#parts.model;
    return [xml("tt:Name", values.name(token)), xml("tt:UseCount", profiles.useCount(token))];
  }

  #videoSource(name: QualifiedName, token: string): Xml {
    const { width, height } = this.sourceSize;
    const degrees = Number(this.#parts.settings.read("rotation"));
    return xml(
      name,
      { token },
      ...this.#common(token),
      xml("tt:SourceToken", TOKENS.videoSource),
      xml("tt:Bounds", { x: 0, y: 0, width, height }),
      xml(
        "tt:Extension",
        xml(
          "tt:Rotate",
          xml("tt:Mode", degrees === 0 ? "OFF" : "ON"),
          degrees === 0 ? undefined : xml("tt:Degree", degrees),
        ),
      ),
    );
  }

  #encoder(name: QualifiedName, token: string): Xml {
    const { encoding, width, height, quality, fps, bitrateKbps, gop, h264Profile, stream } = this.#encoders.get(token);
    return xml(
      name,
      { token },
      ...this.#common(token),
      xml("tt:Encoding", encoding),
      sizeXml("tt:Resolution", { width, height }),
      xml("tt:Quality", quality),
      xml(
        "tt:RateControl",
        xml("tt:FrameRateLimit", fps),
        xml("tt:EncodingInterval", 1),
        xml("tt:BitrateLimit", bitrateKbps),
      ),
      encoding === "H264" ? xml("tt:H264", xml("tt:GovLength", gop), xml("tt:H264Profile", h264Profile)) : undefined,
      this.#multicast(stream),
      xml("tt:SessionTimeout", writeDuration(SESSION_TIMEOUT_MS)),
    );
  }

  #encoder2(name: QualifiedName, token: string): Xml {
    const { encoding, width, height, quality, fps, bitrateKbps, gop, h264Profile, stream } = this.#encoders.get(token);
    return xml(
      name,
      { token, GovLength: gop, Profile: h264Profile },
      ...this.#common(token),
      xml("tt:Encoding", encoding),
      sizeXml("tt:Resolution", { width, height }),
      xml(
        "tt:RateControl",
        { ConstantBitRate: false },
        xml("tt:FrameRateLimit", fps),
        xml("tt:BitrateLimit", bitrateKbps),
      ),
      this.#multicast(stream),
      xml("tt:Quality", quality),
    );
  }

  /** Motion, which the settings `motion-…` configure: a rule without a module that could be configured. */
  #analytics(name: QualifiedName, token: string): Xml {
    return xml(
      name,
      { token },
      ...this.#common(token),
      xml("tt:AnalyticsEngineConfiguration"),
      xml("tt:RuleEngineConfiguration", describeRule("tt:Rule", readMotionRule(this.#parts.settings))),
    );
  }

  #metadata(name: QualifiedName, token: string): Xml {
    const { ptzStatus, ptzPosition, topics } = this.#parts.model.values.metadata;
    const filter = topics
      ? xml("tt:Filter", xml("wsnt:TopicExpression", { Dialect: CONCRETE_SET }, topics))
      : undefined;
    return xml(
      name,
      { token },
      ...this.#common(token),
      xml("tt:PTZStatus", xml("tt:Status", ptzStatus), xml("tt:Position", ptzPosition)),
      topics === null ? undefined : xml("tt:Events", filter),
      xml("tt:Analytics", false),
      this.#multicast("metadata"),
      xml("tt:SessionTimeout", writeDuration(SESSION_TIMEOUT_MS)),
    );
  }

  #multicast(track: ProfileTrack): Xml {
    const { model, multicast } = this.#parts;
    const { address, port, ttl } = multicast.endpoint(track);
    const family = address.includes(":") ? "IPv6" : "IPv4";
    return xml(
      "tt:Multicast",
      xml("tt:Address", xml("tt:Type", family), xml(`tt:${family}Address`, address)),
      xml("tt:Port", port),
      xml("tt:TTL", ttl),
      xml("tt:AutoStart", model.profiles.multicastTracks().has(track)),
    );
  }
}

/** `tt:VideoResolution` as an element of that name. */
export function sizeXml(name: QualifiedName, { width, height }: PictureSize): Xml {
  return xml(name, xml("tt:Width", width), xml("tt:Height", height));
}

function sizesXml({ sizes }: EncoderOptions): readonly Xml[] {
  return sizes.map((size) => sizeXml("tt:ResolutionsAvailable", size));
}

function rates({ fps }: EncoderOptions): readonly Xml[] {
  return [
    describeRange("tt:FrameRateRange", fps),
    describeRange("tt:EncodingIntervalRange", { minimum: 1, maximum: 1 }),
  ];
}

/** How many encoders run at once, by encoding. */
export const ENCODERS_AT_ONCE = { H264: 2, JPEG: Object.keys(ENCODER_TOKENS).length - 2 } as const;
