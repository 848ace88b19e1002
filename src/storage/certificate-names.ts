import { readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import type { CertificateNames } from "./certificate-issue.ts";

/** Flags of /proc/net/if_inet6 (linux/if_addr.h): addresses that a day later are others. */
const TEMPORARY = 0x01;
const DEPRECATED = 0x20;
/** Fits a certificate's dNSName. */
const DNS_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]{0,62})?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62})?)*$/;
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

/** The names and addresses under which clients may reach this machine now; without link-local ones, and without temporary ones (RFC 8981). */
export function machineNames(): CertificateNames {
  const passing = passingAddresses(textOf("/proc/net/if_inet6"));
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map((one) => one.address));
  return namesOf(
    hostname(),
    addresses.filter((address) => !LINK_LOCAL.test(address) && !passing.has(address)),
  );
}

/** A certificate's names for a host name and addresses; a host name that no certificate can hold is left out. */
export function namesOf(host: string, addresses: readonly string[]): CertificateNames {
  const name = host.toLowerCase();
  const own = DNS_NAME.test(name) ? [name, `${name.split(".")[0]}.local`] : [];
  const fixed = [...own, "localhost", "127.0.0.1", "::1"];
  const others = [...new Set(addresses)].filter((address) => !fixed.includes(address)).sort();
  return { commonName: own[0] ?? "rotordream", sans: [...new Set([...fixed, ...others])] };
}

/** The addresses that the kernel calls temporary or deprecated, as Node writes addresses; `table` is the text of /proc/net/if_inet6. */
export function passingAddresses(table: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const line of table.split("\n")) {
    const [digits = "", , , , flags = "0"] = line.trim().split(/\s+/);
    if (digits.length !== 32 || (Number.parseInt(flags, 16) & (TEMPORARY | DEPRECATED)) === 0) continue;
    const groups = digits.match(/.{4}/g)?.join(":") ?? "";
    const short = URL.parse(`http://[${groups}]`)?.hostname.slice(1, -1);
    if (short !== undefined) found.add(short);
  }
  return found;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // no IPv6
  }
}
