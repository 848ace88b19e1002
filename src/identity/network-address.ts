/**
 * The part of a peer address that limits count by: the address itself for IPv4 (also when mapped into IPv6),
 * the /64 for IPv6, because one customer owns a whole /64. The zone is dropped.
 */
export function limitedAddress(address: string): string {
  const [bare = ""] = address.split("%");
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  if (!bare.includes(":")) return bare;

  const [head = "", tail] = bare.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    while (groups.length + after.length < 8) groups.push("0");
    groups.push(...after);
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}
