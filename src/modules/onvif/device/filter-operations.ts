import { invalidArgument } from "../../../soap/fault.ts";
import { readWord, requiredChild, requiredText } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import { listOf, notOurs, prefixedAddress } from "./host-values.ts";

const WRITES = { access: "WRITE_SYSTEM", area: "network", request: filterOf } as const;

/** The filter of addresses, which this device does not have: nothing is denied. */
export function filterOperations(): OperationTable {
  return {
    "tds:GetIPAddressFilter": operation({
      access: "READ_SYSTEM",
      handle: () => xml("tds:IPAddressFilter", xml("tt:Type", "Deny")),
    }),
    "tds:SetIPAddressFilter": operation({ ...WRITES, handle: refuse }),
    "tds:AddIPAddressFilter": operation({ ...WRITES, handle: refuse }),
    "tds:RemoveIPAddressFilter": operation({
      ...WRITES,
      handle: ({ ipv4, ipv6 }) => {
        if (ipv4.length > 0) throw invalidArgument("ter:NoIPv4Address", "No such address is filtered");
        if (ipv6.length > 0) throw invalidArgument("ter:NoIPv6Address", "No such address is filtered");
        return undefined;
      },
    }),
  };
}

function filterOf(element: XmlElement) {
  const filter = requiredChild(element, "tds:IPAddressFilter");
  readWord(requiredText(filter, "tt:Type"), ["Allow", "Deny"]);
  return {
    ipv4: listOf(filter, "tt:IPv4Address").map((one) => prefixedAddress(one, 4)),
    ipv6: listOf(filter, "tt:IPv6Address").map((one) => prefixedAddress(one, 6)),
  };
}

function refuse(): never {
  throw notOurs("This device does not filter addresses; a firewall does");
}
