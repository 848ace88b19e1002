import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { DEMO_LOGIN, type OnvifClient, type OnvifLogin, subcodes } from "./onvif-client.ts";
import { SHARED_FOLDER } from "./shared-folder.ts";

/** An operation as ONVIF's table lists it. */
export interface ListedOperation {
  readonly name: QualifiedName;
  /** Access class, PRE_AUTH where the contract lists it; empty: not to be offered. */
  readonly access: string;
  /** Letters of the profiles that need it. */
  readonly profiles: string;
}

const TABLE = join(SHARED_FOLDER, "onvif-schema/operations.json");
/** What the contract answers without a login, whatever the table says. */
const BEFORE_LOGIN =
  /^(GetServices|GetServiceCapabilities|GetCapabilities|GetSystemDateAndTime|GetHostname|GetWsdlUrl|GetEndpointReference)$/;
/** The services that the contract names. */
const SERVICES = ["tds", "trt", "tr2", "tptz", "timg", "tev", "tmd", "tan"];

/** All operations of our services; undefined where the table is absent. */
export function listedOperations(): readonly ListedOperation[] | undefined {
  if (!existsSync(TABLE)) return undefined;
  const rows = JSON.parse(readFileSync(TABLE, "utf8")) as readonly {
    readonly service: string;
    readonly op: string;
    readonly access: string;
    readonly profiles?: string;
  }[];
  return rows
    .filter(({ service }) => SERVICES.includes(service))
    .map(({ service, op, access, profiles = "" }) => ({
      // base notification is another namespace than the table says
      name: (op === "Unsubscribe" ? `wsnt:${op}` : `${service}:${op}`) as QualifiedName,
      access: accessOf(op, access),
      profiles,
    }));
}

function accessOf(operation: string, listed: string): string {
  if (BEFORE_LOGIN.test(operation)) return "PRE_AUTH";
  return listed === "PRE_AUTH" ? "READ_MEDIA" : listed;
}

/** Logins of users who are made for finding out what roles may do: none of them may change anything. */
export async function makeReaders(http: string): Promise<Readonly<Record<"guest" | "viewer", OnvifLogin>>> {
  const authorization = `Basic ${btoa(`${DEMO_LOGIN.user}:${DEMO_LOGIN.password}`)}`;
  const make = async (role: string) => {
    const login = { user: `onvif-${role}`, password: `reads with ${role} rights` };
    const answer = await fetch(`${http}/api/users`, {
      method: "POST",
      headers: { Authorization: authorization },
      body: JSON.stringify({ name: login.user, password: login.password, role }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return login;
  };
  return { guest: await make("guest"), viewer: await make("viewer") };
}

/** Whether there is such an operation: asked by a guest, so that nothing happens. */
export async function isOffered(client: OnvifClient, guest: OnvifLogin, name: QualifiedName): Promise<boolean> {
  return subcodes(await client.as(guest).call(name))[0] !== "ter:ActionNotSupported";
}
