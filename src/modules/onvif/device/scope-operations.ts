import { invalidArgs } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { readWord, requiredText } from "../../../soap/request-values.ts";
import { findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { Discoverability } from "../discovery/discoverability.ts";
import { type OperationTable, operation } from "../operation.ts";
import { actorOf } from "./actor.ts";

/** In one request; there is room for fewer. */
const MAX_ITEMS = 64;

/** What the device tells the network before anybody logs in. */
export function scopeOperations(device: Discoverability): OperationTable {
  const { scopes } = device;
  return {
    "tds:GetScopes": operation({
      access: "READ_SYSTEM",
      handle: () =>
        [
          ...scopes.fixed.map((item) => ["Fixed", item]),
          ...scopes.configurable.map((item) => ["Configurable", item]),
        ].map(([definition, item]) => xml("tds:Scopes", xml("tt:ScopeDef", definition), xml("tt:ScopeItem", item))),
    }),
    "tds:SetScopes": operation({
      access: "WRITE_SYSTEM",
      request: (element) => itemsOf(element, "tds:Scopes"),
      handle: (items, caller) => {
        scopes.replace(actorOf(caller), items);
      },
    }),
    "tds:AddScopes": operation({
      access: "WRITE_SYSTEM",
      request: (element) => itemsOf(element, "tds:ScopeItem"),
      handle: (items, caller) => {
        scopes.add(actorOf(caller), items);
      },
    }),
    "tds:RemoveScopes": operation({
      access: "WRITE_SYSTEM",
      request: (element) => itemsOf(element, "tds:ScopeItem"),
      handle: (items, caller) => {
        scopes.remove(actorOf(caller), items);
        return items.map((item) => xml("tds:ScopeItem", item));
      },
    }),
    "tds:GetDiscoveryMode": operation({
      access: "READ_SYSTEM",
      handle: () => xml("tds:DiscoveryMode", device.isDiscoverable ? "Discoverable" : "NonDiscoverable"),
    }),
    "tds:SetDiscoveryMode": operation({
      access: "WRITE_SYSTEM",
      request: (element) =>
        readWord(requiredText(element, "tds:DiscoveryMode"), ["Discoverable", "NonDiscoverable"]) === "Discoverable",
      handle: (isDiscoverable, caller) => {
        device.setDiscoverable(actorOf(caller), isDiscoverable);
      },
    }),
    "tds:GetEndpointReference": operation({
      access: "PRE_AUTH",
      handle: () => xml("tds:GUID", device.endpoint),
    }),
  };
}

/** Throws SoapFault InvalidArgs when there are none, or too many. */
function itemsOf(element: XmlElement, name: QualifiedName): readonly string[] {
  const items = findChildren(element, name).map(({ text }) => text);
  if (items.length === 0 || items.length > MAX_ITEMS) throw invalidArgs(`1 to ${MAX_ITEMS} scopes are expected`);
  return items;
}
