const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const IPV6_GROUPS = 8;

/** An address and port of either family. `address` is a literal without brackets, as sockets give it; a link-local one may carry its zone. */
export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

/** What tells two transport addresses apart, for maps. */
export function addressKey({ address, port }: TransportAddress): string {
  return `${address} ${port}`;
}

/** Family of an address literal, zone allowed; undefined when it is none. */
export function addressFamily(text: string): 4 | 6 | undefined {
  const bytes = parseIpAddress(text);
  if (bytes === undefined) return undefined;
  return bytes.length === IPV4_BYTES ? 4 : 6;
}

/** Bytes of an IPv4 (4) or IPv6 (16) literal, network order; a zone is passed over. Undefined when it is none. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const [bare = ""] = text.split("%");
  if (!bare.includes(":")) return parseIpv4(bare);
  const halves = bare.split("::");
  if (halves.length > 2) return undefined;
  const front = parseGroups(halves[0] ?? "");
  const back = halves.length === 2 ? parseGroups(halves[1] ?? "") : [];
  if (front === undefined || back === undefined) return undefined;
  const missing = IPV6_BYTES - front.length - back.length;
  // "::" stands for at least one group
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...front, ...new Array<number>(missing).fill(0), ...back]);
}

/** The literal of 4 or 16 bytes, IPv6 in the form of RFC 5952 and IPv4-mapped ones as IPv4. */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === IPV4_BYTES) return bytes.join(".");
  if (isMapped(bytes)) return bytes.subarray(12).join(".");
  const groups = Array.from(
    { length: IPV6_GROUPS },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
  const { start, length } = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** The same address in the one form that maps use; undefined when `text` is no address. */
export function canonicalIpAddress(text: string): string | undefined {
  const bytes = parseIpAddress(text);
  return bytes && formatIpAddress(bytes);
}

/** Whether an address is in the subnet that another has with a prefix of so many bits. False for families that differ, and where one is no address. */
export function isInSubnet(address: string, own: string, prefix: number): boolean {
  const [bytes, ownBytes] = [parseIpAddress(address), parseIpAddress(own)];
  if (bytes === undefined || bytes.length !== ownBytes?.length) return false;
  return ownBytes.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return ((byte ^ (bytes[index] ?? 0)) & (0xff << (8 - bits)) & 0xff) === 0;
  });
}

/** Whether peers elsewhere could send there: no port 0, and no "any", loopback, link-local or multicast address. */
export function isPublishable({ address, port }: TransportAddress): boolean {
  const bytes = parseIpAddress(address);
  const [first = 0, second = 0] = bytes ?? [];
  if (bytes === undefined || port === 0) return false;
  if (bytes.length === IPV4_BYTES)
    return first !== 0 && first !== 127 && first < 224 && !(first === 169 && second === 254);
  const isAnyOrLoopback = bytes.subarray(0, IPV6_BYTES - 1).every((byte) => byte === 0);
  return !isAnyOrLoopback && first !== 0xff && !(first === 0xfe && (second & 0xc0) === 0x80);
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== IPV4_BYTES || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts.map(Number));
}

function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (group.includes(".") && index === groups.length - 1) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >>> 8, value & 0xff);
    } else return undefined;
  }
  return bytes.length > IPV6_BYTES ? undefined : bytes;
}
