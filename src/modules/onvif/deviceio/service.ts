import { invalidArgument, type SoapFault } from "../../../soap/fault.ts";
import { optionalToken, requiredChild, requiredToken } from "../../../soap/request-values.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { ONVIF_VERSION } from "../device/capabilities.ts";
import { type OnvifService, operation, serviceCapabilities } from "../operation.ts";
import { TOKENS } from "../profiles.ts";

/** How many there are of each, in the order of `tt:DeviceIOCapabilities`. */
const COUNTS = { VideoSources: 1, VideoOutputs: 0, AudioSources: 0, AudioOutputs: 0, RelayOutputs: 0 };

const nothing = (access: "READ_MEDIA" | "READ_SYSTEM") => operation({ access, handle: () => undefined });

/** The device I/O service (ver10): one video source, and nothing to be switched or heard. Lights are settings, not relays. */
export function createDeviceIoService(): OnvifService {
  const service: OnvifService = {
    prefix: "tmd",
    path: "/onvif/deviceio_service",
    version: ONVIF_VERSION,
    capabilities: () =>
      xml("tmd:Capabilities", { ...COUNTS, SerialPorts: 0, DigitalInputs: 0, DigitalInputOptions: false }),
    category: {
      name: "DeviceIO",
      describe: (xAddr) =>
        xml(
          "tt:DeviceIO",
          xml("tt:XAddr", xAddr),
          ...Object.entries(COUNTS).map(([name, count]) => xml(`tt:${name}`, count)),
        ),
    },
    operations: {
      "tmd:GetServiceCapabilities": serviceCapabilities(() => service),
      "tmd:GetVideoSources": operation({
        access: "READ_MEDIA",
        handle: () => xml("tmd:Token", TOKENS.videoSource),
      }),
      "tmd:GetAudioSources": nothing("READ_MEDIA"),
      "tmd:GetAudioOutputs": nothing("READ_MEDIA"),
      // the WSDL takes this message from the device service; some clients send it under this name
      "tmd:GetRelayOutputs": operation({
        access: "READ_MEDIA",
        response: "tds:GetRelayOutputsResponse",
        handle: () => undefined,
      }),
      "tmd:GetRelayOutputOptions": operation({
        access: "READ_MEDIA",
        request(element) {
          if (optionalToken(element, "tmd:RelayOutputToken") !== undefined) throw noRelay();
        },
        handle: () => undefined,
      }),
      "tmd:SetRelayOutputSettings": operation({
        access: "ACTUATE",
        request: (element) => requiredChild(element, "tmd:RelayOutput"),
        handle() {
          throw noRelay();
        },
      }),
      "tmd:SetRelayOutputState": operation({
        access: "ACTUATE",
        request: (element) => requiredToken(element, "tmd:RelayOutputToken"),
        handle() {
          throw noRelay();
        },
      }),
      "tmd:GetDigitalInputs": nothing("READ_SYSTEM"),
      "tmd:GetDigitalInputConfigurationOptions": operation({
        access: "READ_SYSTEM",
        request: (element) => optionalToken(element, "tmd:Token"),
        handle() {
          throw noInput();
        },
      }),
      "tmd:SetDigitalInputConfigurations": operation({
        access: "ACTUATE",
        request: (element) => requiredChild(element, "tmd:DigitalInputs"),
        handle() {
          throw noInput();
        },
      }),
    },
  };
  return service;
}

function noRelay(): SoapFault {
  return invalidArgument("ter:RelayToken", "There is no such relay output");
}

function noInput(): SoapFault {
  return invalidArgument("ter:NoConfig", "There is no such digital input");
}
