import { SoapFault } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { optionalToken, requiredText, requiredToken } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type Operation, type OperationTable, operation } from "../operation.ts";
import { TOKENS } from "../profiles.ts";
import { MAX_NAME } from "./configuration-requests.ts";
import { ENCODERS_AT_ONCE, sizeXml } from "./configuration-xml.ts";
import { noConfig } from "./faults.ts";
import { askedOptions, askedTokens, type MediaContext, readAsked } from "./media-context.ts";
import { CONFIGURATION_TYPES, type ConfigurationType, DEFAULT_CONFIGURATIONS, type Profile } from "./profile.ts";
import { MAX_PROFILES } from "./profile-list.ts";
import { readStreamSetup, snapshotUri, streamUri } from "./stream-uri.ts";

/** What media ver10 calls the kinds of configurations, in the order of tt:Profile. */
const ELEMENTS = {
  VideoSource: "VideoSource",
  VideoEncoder: "VideoEncoder",
  Analytics: "VideoAnalytics",
  PTZ: "PTZ",
  Metadata: "Metadata",
} as const satisfies Record<ConfigurationType, string>;
/** What this device lacks, and the faults that say so. */
const AUDIO = {
  AudioSource: "ter:AudioNotSupported",
  AudioEncoder: "ter:AudioNotSupported",
  AudioOutput: "ter:AudioOutputNotSupported",
  AudioDecoder: "ter:AudioDecodingNotSupported",
} as const;

/** The operations of media ver10 that media ver20 has in another form, or not. */
export function trtOperations(context: MediaContext): OperationTable {
  return {
    ...profileOperations(context),
    ...Object.assign({}, ...CONFIGURATION_TYPES.map((type) => configurationOperations(context, type))),
    ...audioOperations(context),
    ...optionOperations(context),
    ...streamOperations(context),
  };
}

function profileOperations(context: MediaContext): OperationTable {
  const { profiles } = context.parts.model;
  const profileToken = (element: XmlElement) => requiredToken(element, "trt:ProfileToken");
  const describe = (name: QualifiedName, profile: Profile) => describeProfile(context, name, profile);
  return {
    "trt:GetProfiles": operation({
      access: "READ_MEDIA",
      handle: () => profiles.all().map((profile) => describe("trt:Profiles", profile)),
    }),
    "trt:GetProfile": operation({
      access: "READ_MEDIA",
      request: profileToken,
      handle: (token) => describe("trt:Profile", profiles.get(token)),
    }),
    "trt:CreateProfile": operation({
      access: "ACTUATE",
      request: (element) => ({
        name: requiredText(element, "trt:Name", MAX_NAME),
        token: optionalToken(element, "trt:Token"),
      }),
      handle: ({ name, token }) => describe("trt:Profile", profiles.create(name, token, DEFAULT_CONFIGURATIONS)),
    }),
    "trt:DeleteProfile": operation({
      access: "ACTUATE",
      request: profileToken,
      handle: (token) => void profiles.delete(token),
    }),
    "trt:GetVideoSources": operation({
      access: "READ_MEDIA",
      handle: () =>
        xml(
          "trt:VideoSources",
          { token: TOKENS.videoSource },
          xml("tt:Framerate", context.parts.camera.plan.main.fps),
          sizeXml("tt:Resolution", context.writer.sourceSize),
        ),
    }),
  };
}

function configurationOperations(context: MediaContext, type: ConfigurationType): OperationTable {
  const { profiles } = context.parts.model;
  const element = ELEMENTS[type];
  const describe = (name: QualifiedName) => (token: string) => context.writer.configuration("trt", name, type, token);
  return {
    [`trt:Add${element}Configuration`]: operation({
      access: "ACTUATE",
      request: readAddition,
      handle: ({ profile, configuration }) => void profiles.change(profile, { add: { [type]: configuration } }),
    }),
    [`trt:Remove${element}Configuration`]: operation({
      access: "ACTUATE",
      request: (request) => requiredToken(request, "trt:ProfileToken"),
      handle: (profile) => void profiles.change(profile, { remove: [type] }),
    }),
    // the PTZ service has these itself
    ...(type !== "PTZ" && {
      [`trt:Get${element}Configurations`]: operation({
        access: "READ_MEDIA",
        handle: () => profiles.compatible(type).map(describe("trt:Configurations")),
      }),
      [`trt:Get${element}Configuration`]: operation({
        access: "READ_MEDIA",
        request: (request) => requiredToken(request, "trt:ConfigurationToken"),
        handle: (configuration) =>
          askedTokens(context, type, { configuration, profile: undefined }).map(describe("trt:Configuration")),
      }),
      [`trt:GetCompatible${element}Configurations`]: operation({
        access: "READ_MEDIA",
        request: (request) => requiredToken(request, "trt:ProfileToken"),
        handle: (profile) => profiles.compatible(type, profiles.get(profile)).map(describe("trt:Configurations")),
      }),
    }),
  };
}

function readAddition(element: XmlElement) {
  return {
    profile: requiredToken(element, "trt:ProfileToken"),
    configuration: requiredToken(element, "trt:ConfigurationToken"),
  };
}

/** There is no audio: lists are empty, and no token names anything. */
function audioOperations({ parts: { model } }: MediaContext): OperationTable {
  const nothing = operation({ access: "READ_MEDIA", handle: () => undefined });
  const ofProfile = (access: Operation["access"], then: () => undefined) =>
    operation({
      access,
      request: (element) => requiredToken(element, "trt:ProfileToken"),
      handle: (token) => {
        model.profiles.get(token);
        return then();
      },
    });
  const refuse = (access: Operation["access"]) =>
    operation({
      access,
      handle: () => {
        throw noConfig();
      },
    });
  const kinds = Object.entries(AUDIO).map(
    ([kind, fault]): OperationTable => ({
      [`trt:Get${kind}Configurations`]: nothing,
      [`trt:Get${kind}Configuration`]: refuse("READ_MEDIA"),
      [`trt:GetCompatible${kind}Configurations`]: ofProfile("READ_MEDIA", () => undefined),
      [`trt:Set${kind}Configuration`]: refuse("ACTUATE"),
      [`trt:Add${kind}Configuration`]: ofProfile("ACTUATE", () => {
        throw noConfig();
      }),
      [`trt:Remove${kind}Configuration`]: ofProfile("ACTUATE", () => undefined),
      [`trt:Get${kind}ConfigurationOptions`]: operation({
        access: "READ_MEDIA",
        request: readAsked("trt"),
        handle: ({ configuration, profile }) => {
          if (configuration !== undefined) throw noConfig();
          if (profile !== undefined) model.profiles.get(profile);
          throw new SoapFault("Receiver", ["ter:ActionNotSupported", fault], "This device has no audio");
        },
      }),
    }),
  );
  return { "trt:GetAudioSources": nothing, "trt:GetAudioOutputs": nothing, ...Object.assign({}, ...kinds) };
}

function optionOperations(context: MediaContext): OperationTable {
  const request = readAsked("trt");
  return {
    "trt:GetVideoSourceConfigurationOptions": operation({
      access: "READ_MEDIA",
      request,
      handle: (asked) => {
        askedTokens(context, "VideoSource", asked);
        return context.writer.videoSourceOptions("trt:Options", MAX_PROFILES);
      },
    }),
    "trt:GetVideoEncoderConfigurationOptions": operation({
      access: "READ_MEDIA",
      request,
      handle: (asked) => context.writer.encoderOptions("trt:Options", askedOptions(context, asked)),
    }),
    "trt:GetMetadataConfigurationOptions": operation({
      access: "READ_MEDIA",
      request,
      handle: (asked) => {
        askedTokens(context, "Metadata", asked);
        return context.writer.metadataOptions("trt:Options");
      },
    }),
    "trt:GetGuaranteedNumberOfVideoEncoderInstances": operation({
      access: "READ_MEDIA",
      request: (element) => requiredToken(element, "trt:ConfigurationToken"),
      handle: (configuration) => {
        askedTokens(context, "VideoSource", { configuration, profile: undefined });
        const { H264, JPEG } = ENCODERS_AT_ONCE;
        return [xml("trt:TotalNumber", H264 + JPEG), xml("trt:JPEG", JPEG), xml("trt:H264", H264)];
      },
    }),
  };
}

function streamOperations(context: MediaContext): OperationTable {
  return {
    "trt:GetStreamUri": operation({
      access: "READ_MEDIA",
      request: readStreamSetup,
      handle: (request, caller) => mediaUri(streamUri(context, request, caller)),
    }),
    "trt:GetSnapshotUri": operation({
      access: "READ_MEDIA",
      request: (element) => requiredToken(element, "trt:ProfileToken"),
      handle: (token, caller) => mediaUri(snapshotUri(context, token, caller)),
    }),
  };
}

/** URIs are good for ever. */
function mediaUri(uri: string): Xml {
  return xml(
    "trt:MediaUri",
    xml("tt:Uri", uri),
    xml("tt:InvalidAfterConnect", false),
    xml("tt:InvalidAfterReboot", false),
    xml("tt:Timeout", "PT0S"),
  );
}

function describeProfile({ writer }: MediaContext, name: QualifiedName, profile: Profile): Xml {
  const { token, isFixed, configurations } = profile;
  return xml(
    name,
    { token, fixed: isFixed },
    xml("tt:Name", profile.name),
    ...CONFIGURATION_TYPES.map((type) => {
      const own = configurations[type];
      return own && writer.configuration("trt", `tt:${ELEMENTS[type]}Configuration`, type, own);
    }),
  );
}
