import { type Xml, xml } from "../../../soap/xml-writer.ts";

/** The version of the ONVIF specifications that we follow. */
export const ONVIF_VERSION = [24, 12] as const;
/** Users that ONVIF may create beside those there; ours are bounded by the users' service. */
const MAX_USERS = 32;
const MAX_USER_NAME = 64;
const MAX_PASSWORD = 128;

/** What this build of the device service can do. */
const CAN = {
  discoveryResolve: true,
  discoveryBye: true,
  ipv6: true,
} as const;

/** `tds:Capabilities`, of GetServiceCapabilities and GetServices. */
export function deviceServiceCapabilities(): Xml {
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
      NTP: 0,
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
  );
}

/** `tt:Device` of GetCapabilities. */
export function deviceCategory(xAddr: string): Xml {
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
    xml("tt:IO", xml("tt:InputConnectors", 0), xml("tt:RelayOutputs", 0)),
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
