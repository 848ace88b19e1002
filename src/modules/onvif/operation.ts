import type { Identity } from "../../identity/authenticator.ts";
import type { Permission } from "../../identity/permissions.ts";
import type { SettingsActor } from "../../settings/settings-store.ts";
import type { SoapRequest } from "../../soap/envelope.ts";
import { NAMESPACES, type Prefix, type QualifiedName } from "../../soap/namespaces.ts";
import type { XmlElement } from "../../soap/xml-element.ts";
import type { Xml, XmlContent } from "../../soap/xml-writer.ts";

/** The access classes of the ONVIF Core Specification §5.9.4. */
export type AccessClass =
  | "PRE_AUTH"
  | "READ_MEDIA"
  | "ACTUATE"
  | "READ_SYSTEM"
  | "READ_SYSTEM_SENSITIVE"
  | "READ_SYSTEM_SECRET"
  | "WRITE_SYSTEM"
  | "UNRECOVERABLE";

/** Who asks and how the request came in. */
export interface OnvifCaller {
  /** Anonymous for operations of access PRE_AUTH, whose credentials are not looked at. */
  readonly identity: Identity;
  /** Scheme, host and port under which the client reached us, for URIs in answers: `http://192.0.2.7:8080`. */
  readonly origin: string;
  /** That host alone, IPv6 in brackets. */
  readonly host: string;
  /** Of the client. */
  readonly address: string;
  readonly isSecure: boolean;
  /** The last segment of the path where the message went to one object, such as a subscription; else undefined. */
  readonly target: string | undefined;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly addressing: SoapRequest["addressing"];
}

/** One operation: who may use it, how its request is read, what it answers. */
export interface Operation {
  readonly access: AccessClass;
  /** What the operation is about, where its class alone does not tell the permission. */
  readonly area?: "users" | "network" | undefined;
  /** The answer's element, where it is not `<name>Response`. */
  readonly response?: QualifiedName | undefined;
  /** The request holds passwords: refused over plain HTTP where `server.require_tls` is set, as REST's routes are. */
  readonly carriesSecrets?: true | undefined;
  /** Content of `<name>Response`. Throws SoapFault, AppError. */
  answer(element: XmlElement, caller: OnvifCaller): Promise<XmlContent>;
}

/** Operations by name. */
export type OperationTable = Readonly<Partial<Record<QualifiedName, Operation>>>;

/** Declares an operation. `request` reads the element and throws SoapFault; without it, nothing in the element matters. */
export function operation<Request = undefined>(declared: {
  readonly access: AccessClass;
  readonly area?: Operation["area"];
  readonly response?: Operation["response"];
  readonly carriesSecrets?: true;
  readonly request?: (element: XmlElement) => Request;
  handle(request: Request, caller: OnvifCaller): XmlContent | Promise<XmlContent>;
}): Operation {
  const { access, area, response, carriesSecrets, request } = declared;
  return {
    access,
    area,
    response,
    carriesSecrets,
    answer: async (element, caller) => declared.handle(request?.(element) as Request, caller),
  };
}

/** A service's part of GetCapabilities; those without a category of their own stand in its `Extension`. */
export interface ServiceCategory {
  readonly name: "Analytics" | "Device" | "Events" | "Imaging" | "Media" | "PTZ" | "DeviceIO";
  /** The `tt:` element of that name. */
  describe(xAddr: string): Xml;
}

/** Where the services are, below the origin. */
export const SERVICE_PATHS = [
  "/onvif/device_service",
  "/onvif/media_service",
  "/onvif/media2_service",
  "/onvif/ptz_service",
  "/onvif/imaging_service",
  "/onvif/event_service",
  "/onvif/deviceio_service",
  "/onvif/analytics_service",
] as const;

/** A service as GetServices lists it. */
export interface OnvifService {
  readonly prefix: Prefix;
  readonly path: (typeof SERVICE_PATHS)[number];
  readonly version: readonly [major: number, minor: number];
  /** The service's own `Capabilities` element, as its GetServiceCapabilities answers it. */
  capabilities(): Xml;
  /** Its part of the older GetCapabilities, under the category's name; undefined: it has none. */
  readonly category?: ServiceCategory | undefined;
  readonly operations: OperationTable;
}

/** GetServiceCapabilities of a service, which answers without a login. */
export function serviceCapabilities(service: () => Pick<OnvifService, "capabilities">): Operation {
  return operation({ access: "PRE_AUTH", handle: () => service().capabilities() });
}

/** The namespace that names the service. */
export function namespaceOf({ prefix }: OnvifService): string {
  return NAMESPACES[prefix];
}

/** Who changes settings through ONVIF. */
export function actorOf({ identity, address }: OnvifCaller): SettingsActor {
  return { user: identity.user, address, permissions: identity.permissions, client: "onvif" };
}

/** The permission that an operation needs; undefined: none. */
export function permissionOf(name: QualifiedName, { access, area }: Operation): Permission | undefined {
  const writes = access === "WRITE_SYSTEM" || access === "READ_SYSTEM_SECRET";
  if (area === "users" && writes) return "User_rw";
  if (area === "network" && writes) return "Network_rw";
  switch (access) {
    case "PRE_AUTH":
      return undefined;
    case "READ_MEDIA":
      return "Media_r";
    case "ACTUATE":
      return name.startsWith("trt:") || name.startsWith("tr2:") ? "Media_rw" : "Device_rw";
    case "READ_SYSTEM":
      return "System_r";
    case "READ_SYSTEM_SENSITIVE":
    case "READ_SYSTEM_SECRET":
    case "WRITE_SYSTEM":
      return "System_rw";
    case "UNRECOVERABLE":
      return "Reboot_rw";
  }
}
