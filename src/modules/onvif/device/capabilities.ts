import { type Xml, xml } from "../../../soap/xml-writer.ts";

/** The version of the ONVIF specifications that we follow. */
export const ONVIF_VERSION = [24, 12] as const;
/** Users in all, as far as ONVIF clients make them. */
export const MAX_USERS = 32;
/** The rules of auth.md. */
export const MAX_USER_NAME = 32;
export const MAX_PASSWORD = 128;

/** What this build of the device service can do. */
const CAN = {
  discoveryResolve: true,
  discoveryBye: true,
  ipv6: true,
} as const;

/** What depends on the configuration. */
export interface DeviceAbilities {
  /** Time servers that can be set; 0 where the machine is not ours. */
  readonly timeServers: number;
  /** Commands of SendAuxiliaryCommand, as of now. */
  readonly auxiliaryCommands: () => readonly string[];
}

/** `tds:Capabilities`, of GetServiceCapabilities and GetServices. */
export function deviceServiceCapabilities({ timeServers, auxiliaryCommands }: DeviceAbilities): Xml {
  const commands = auxiliaryCommands();
  return xml(
    "tds:Capabilities",
    xml("tds:Network", {
      IPFilter: false,
      ZeroConfiguration: false,
      IPVersion6: CAN.ipv6,
      DynDNS: false,
      Dot11Configuration: false,
      Dot1XConfigurations: 0,
      HostnameFromDHCP: false,
      NTP: timeServers,
      DHCPv6: false,
    }),
    xml("tds:Security", {
      "TLS1.2": true,
      OnboardKeyGeneration: false,
      AccessPolicyConfig: false,
      DefaultAccessPolicy: true,
      Dot1X: false,
      RemoteUserHandling: false,
      UsernameToken: true,
      HttpDigest: true,
      RELToken: false,
      MaxUsers: MAX_USERS,
      MaxUserNameLength: MAX_USER_NAME,
      MaxPasswordLength: MAX_PASSWORD,
    }),
    xml("tds:System", {
      DiscoveryResolve: CAN.discoveryResolve,
      DiscoveryBye: CAN.discoveryBye,
      RemoteDiscovery: false,
      SystemBackup: false,
      SystemLogging: false,
      FirmwareUpgrade: false,
      HttpFirmwareUpgrade: false,
      HttpSystemBackup: false,
      HttpSystemLogging: false,
      HttpSupportInformation: false,
    }),
    commands.length === 0 ? undefined : xml("tds:Misc", { AuxiliaryCommands: commands.join(" ") }),
  );
}

/** `tt:Device` of GetCapabilities. */
export function deviceCategory(xAddr: string, { auxiliaryCommands }: DeviceAbilities): Xml {
  const [major, minor] = ONVIF_VERSION;
  return xml(
    "tt:Device",
    xml("tt:XAddr", xAddr),
    xml(
      "tt:Network",
      xml("tt:IPFilter", false),
      xml("tt:ZeroConfiguration", false),
      xml("tt:IPVersion6", CAN.ipv6),
      xml("tt:DynDNS", false),
    ),
    xml(
      "tt:System",
      xml("tt:DiscoveryResolve", CAN.discoveryResolve),
      xml("tt:DiscoveryBye", CAN.discoveryBye),
      xml("tt:RemoteDiscovery", false),
      xml("tt:SystemBackup", false),
      xml("tt:SystemLogging", false),
      xml("tt:FirmwareUpgrade", false),
      xml("tt:SupportedVersions", xml("tt:Major", major), xml("tt:Minor", minor)),
    ),
    xml("tt:IO", xml("tt:InputConnectors", 0), xml("tt:RelayOutputs", 0), auxiliary(auxiliaryCommands())),
    xml(
      "tt:Security",
      xml("tt:TLS1.1", false),
      xml("tt:TLS1.2", true),
      xml("tt:OnboardKeyGeneration", false),
      xml("tt:AccessPolicyConfig", false),
      xml("tt:X.509Token", false),
      xml("tt:SAMLToken", false),
      xml("tt:KerberosToken", false),
      xml("tt:RELToken", false),
    ),
  );
}

/** Undefined: there are none. The innermost extension is empty, but the schema wants it. */
function auxiliary(commands: readonly string[]): Xml | undefined {
  if (commands.length === 0) return undefined;
  return xml(
    "tt:Extension",
    xml("tt:Auxiliary", true),
    ...commands.map((command) => xml("tt:AuxiliaryCommands", command)),
    xml("tt:Extension"),
  );
}
