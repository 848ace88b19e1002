import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { optionalToken, readWord, requiredText, requiredToken, textOf } from "../../../soap/request-values.ts";
import { findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import { MAX_NAME } from "./configuration-requests.ts";
import { ENCODERS_AT_ONCE } from "./configuration-xml.ts";
import { noConfig } from "./faults.ts";
import { askedOptions, askedTokens, type MediaContext, readAsked } from "./media-context.ts";
import {
  CONFIGURATION_TYPES,
  type Configurations,
  type ConfigurationType,
  DEFAULT_CONFIGURATIONS,
  type Profile,
} from "./profile.ts";
import { MAX_PROFILES } from "./profile-list.ts";
import { readStreamProtocol, snapshotUri, streamUri } from "./stream-uri.ts";

/** Kinds of configurations that profiles cannot have here. */
const LACKED_TYPES = ["AudioSource", "AudioEncoder", "AudioOutput", "AudioDecoder", "Receiver"] as const;
const TYPES = ["All", ...CONFIGURATION_TYPES, ...LACKED_TYPES] as const;
const AUDIO = ["AudioSource", "AudioEncoder", "AudioOutput", "AudioDecoder"] as const;

/** A configuration that a request names. */
interface Reference {
  readonly type: (typeof TYPES)[number];
  readonly token: string | undefined;
}

/** The operations of media ver20 that media ver10 has in another form, or not. */
export function tr2Operations(context: MediaContext): OperationTable {
  return {
    ...profileOperations(context),
    ...configurationOperations(context),
    ...audioOperations(context),
    ...optionOperations(context),
    "tr2:GetStreamUri": operation({
      access: "READ_MEDIA",
      request: readStreamProtocol,
      handle: (request, caller) => xml("tr2:Uri", streamUri(context, request, caller)),
    }),
    "tr2:GetSnapshotUri": operation({
      access: "READ_MEDIA",
      request: (element) => requiredToken(element, "tr2:ProfileToken"),
      handle: (token, caller) => xml("tr2:Uri", snapshotUri(context, token, caller)),
    }),
  };
}

function profileOperations(context: MediaContext): OperationTable {
  const { profiles } = context.parts.model;
  return {
    "tr2:GetProfiles": operation({
      access: "READ_MEDIA",
      request: (element) => ({
        token: optionalToken(element, "tr2:Token"),
        types: findChildren(element, "tr2:Type").map(({ text }) => readWord(text, TYPES)),
      }),
      handle: ({ token, types }) => {
        const found = token === undefined ? profiles.all() : [profiles.get(token)];
        return found.map((profile) => describeProfile(context, profile, types));
      },
    }),
    "tr2:CreateProfile": operation({
      access: "ACTUATE",
      request: (element) => ({
        name: requiredText(element, "tr2:Name", MAX_NAME),
        references: readReferences(element),
      }),
      handle: ({ name, references }) => {
        const given = chosen(context, references, undefined);
        const configurations = references.length === 0 ? DEFAULT_CONFIGURATIONS : given;
        return xml("tr2:Token", profiles.create(name, undefined, configurations).token);
      },
    }),
    "tr2:AddConfiguration": operation({
      access: "ACTUATE",
      request: (element) => ({
        profile: requiredToken(element, "tr2:ProfileToken"),
        name: textOf(element, "tr2:Name") === undefined ? undefined : requiredText(element, "tr2:Name", MAX_NAME),
        references: readReferences(element),
      }),
      handle: ({ profile, name, references }) => {
        const add = chosen(context, references, profiles.get(profile));
        profiles.change(profile, { name, add });
        return undefined;
      },
    }),
    "tr2:RemoveConfiguration": operation({
      access: "ACTUATE",
      request: (element) => ({
        profile: requiredToken(element, "tr2:ProfileToken"),
        references: readReferences(element),
      }),
      handle: ({ profile, references }) => {
        const named = new Set(references.map(({ type }) => type));
        const remove = CONFIGURATION_TYPES.filter((type) => named.has("All") || named.has(type));
        profiles.change(profile, { remove });
        return undefined;
      },
    }),
    "tr2:DeleteProfile": operation({
      access: "ACTUATE",
      request: (element) => requiredToken(element, "tr2:Token"),
      handle: (token) => void profiles.delete(token),
    }),
  };
}

function configurationOperations(context: MediaContext): OperationTable {
  const listed = (["VideoSource", "VideoEncoder", "Analytics", "Metadata"] as const).map(
    (type): OperationTable => ({
      [`tr2:Get${type}Configurations`]: operation({
        access: "READ_MEDIA",
        request: readAsked("tr2"),
        handle: (asked) =>
          askedTokens(context, type, asked).map((token) =>
            context.writer.configuration("tr2", "tr2:Configurations", type, token),
          ),
      }),
    }),
  );
  return Object.assign({}, ...listed);
}

/** There is no audio: lists are empty, and no token names anything. */
function audioOperations({ parts: { model } }: MediaContext): OperationTable {
  const check = ({ configuration, profile }: ReturnType<ReturnType<typeof readAsked>>) => {
    if (configuration !== undefined) throw noConfig();
    if (profile !== undefined) model.profiles.get(profile);
  };
  const kinds = AUDIO.map(
    (kind): OperationTable => ({
      [`tr2:Get${kind}Configurations`]: operation({
        access: "READ_MEDIA",
        request: readAsked("tr2"),
        handle: (asked) => void check(asked),
      }),
      [`tr2:Set${kind}Configuration`]: operation({
        access: "ACTUATE",
        handle: () => {
          throw noConfig();
        },
      }),
      [`tr2:Get${kind}ConfigurationOptions`]: operation({
        access: "READ_MEDIA",
        request: readAsked("tr2"),
        handle: (asked) => {
          check(asked);
          throw new SoapFault("Receiver", ["ter:ActionNotSupported", "ter:AudioNotSupported"], "There is no audio");
        },
      }),
    }),
  );
  return Object.assign({}, ...kinds);
}

function optionOperations(context: MediaContext): OperationTable {
  const request = readAsked("tr2");
  return {
    "tr2:GetVideoSourceConfigurationOptions": operation({
      access: "READ_MEDIA",
      request,
      handle: (asked) => {
        askedTokens(context, "VideoSource", asked);
        return context.writer.videoSourceOptions("tr2:Options", MAX_PROFILES);
      },
    }),
    "tr2:GetVideoEncoderConfigurationOptions": operation({
      access: "READ_MEDIA",
      request,
      handle: (asked) => {
        const { h264, jpeg } = askedOptions(context, asked);
        return [h264, jpeg].map((options) => options && context.writer.encoder2Options("tr2:Options", options));
      },
    }),
    "tr2:GetMetadataConfigurationOptions": operation({
      access: "READ_MEDIA",
      request,
      handle: (asked) => {
        askedTokens(context, "Metadata", asked);
        return context.writer.metadataOptions("tr2:Options");
      },
    }),
    "tr2:GetVideoEncoderInstances": operation({
      access: "READ_MEDIA",
      request: (element) => requiredToken(element, "tr2:ConfigurationToken"),
      handle: (configuration) => {
        askedTokens(context, "VideoSource", { configuration, profile: undefined });
        const numbers = Object.entries(ENCODERS_AT_ONCE);
        const total = numbers.reduce((sum, [, number]) => sum + number, 0);
        const codecs = numbers.map(([encoding, number]) =>
          xml("tr2:Codec", xml("tr2:Encoding", encoding), xml("tr2:Number", number)),
        );
        return xml("tr2:Info", ...codecs, xml("tr2:Total", total));
      },
    }),
  };
}

function readReferences(element: XmlElement): readonly Reference[] {
  return findChildren(element, "tr2:Configuration").map((reference) => ({
    type: readWord(requiredText(reference, "tr2:Type"), TYPES),
    token: optionalToken(reference, "tr2:Token"),
  }));
}

/** Without a token the first that fits is taken. Throws SoapFault NoConfig. */
function chosen(
  { parts: { model } }: MediaContext,
  references: readonly Reference[],
  profile: Profile | undefined,
): Configurations {
  const entries = references.map(({ type, token }) => {
    if (type === "All") throw invalidArgument(undefined, "All is no kind of configuration");
    if (!isOwnType(type)) throw noConfig();
    return [type, token ?? model.profiles.compatible(type, profile)[0]];
  });
  return Object.fromEntries(entries);
}

function isOwnType(type: Reference["type"]): type is ConfigurationType {
  return (CONFIGURATION_TYPES as readonly string[]).includes(type);
}

function describeProfile(
  { writer }: MediaContext,
  { token, name, isFixed, configurations }: Profile,
  types: readonly Reference["type"][],
): Xml {
  const parts = CONFIGURATION_TYPES.map((type) => {
    const own = types.includes("All") || types.includes(type) ? configurations[type] : undefined;
    const element: QualifiedName = `tr2:${type}`;
    return own && writer.configuration("tr2", element, type, own);
  });
  return xml(
    "tr2:Profiles",
    { token, fixed: isFixed },
    xml("tr2:Name", name),
    types.length === 0 ? undefined : xml("tr2:Configurations", ...parts),
  );
}
