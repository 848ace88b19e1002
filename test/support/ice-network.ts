import { candidatePriority, formatCandidate } from "../../src/ice/candidate.ts";
import type { LocalPath } from "../../src/ice/candidate-pair.ts";
import type { IceDatagram } from "../../src/ice/connectivity-checks.ts";
import { createIceCredentials } from "../../src/ice/credentials.ts";
import { IceAgent } from "../../src/ice/ice-agent.ts";
import { parseStun } from "../../src/ice/stun-message.ts";
import { createCrypto } from "../../src/storage/crypto.ts";

export const crypto = createCrypto();

/** A host path for tests. `rank`: higher is better. */
export function hostPath(address: string, port: number, rank = 1): LocalPath {
  const priority = candidatePriority("host", "udp", rank);
  return {
    id: `${address} ${port}`,
    candidate: { foundation: `f${rank}`, transport: "udp", priority, address, port, type: "host" },
  };
}

/** An agent over paths that each are one host candidate. */
export function createAgent(mode: "lite" | "full", isControlling: boolean, paths: readonly LocalPath[]): IceAgent {
  return new IceAgent({ mode, isControlling, paths, crypto, local: createIceCredentials(crypto) });
}

/** Tells each of two agents of the other. */
export function introduce(
  a: IceAgent,
  b: IceAgent,
  candidates: { readonly a: readonly LocalPath[]; readonly b: readonly LocalPath[] },
): void {
  a.setRemote(b.local);
  b.setRemote(a.local);
  for (const { candidate } of candidates.b) a.addRemoteCandidate(formatCandidate(candidate));
  for (const { candidate } of candidates.a) b.addRemoteCandidate(formatCandidate(candidate));
}

/** A network without delay between agents; `passes` may lose datagrams. */
export class IceNetwork {
  readonly #hosts: readonly { readonly agent: IceAgent; readonly paths: readonly LocalPath[] }[];
  nowMs = 0;
  delivered = 0;
  passes: (from: string, to: string) => boolean = () => true;

  constructor(hosts: readonly { readonly agent: IceAgent; readonly paths: readonly LocalPath[] }[]) {
    this.#hosts = hosts;
  }

  /** Moves time on by steps of 10 ms. */
  run(elapsedMs: number): void {
    for (const end = this.nowMs + elapsedMs; this.nowMs < end; this.nowMs += 10)
      for (const { agent } of this.#hosts) this.deliver(agent.tick(this.nowMs));
  }

  deliver(datagrams: readonly IceDatagram[]): void {
    const queue = [...datagrams];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { path, remote, bytes } = next;
      const from = { address: path.candidate.address, port: path.candidate.port };
      const toKey = `${remote.address} ${remote.port}`;
      if (!this.passes(path.id, toKey)) continue;
      const message = parseStun(bytes);
      for (const { agent, paths } of this.#hosts) {
        const arrival = paths.find(({ id }) => id === toKey);
        if (arrival === undefined || message === undefined) continue;
        this.delivered += 1;
        queue.push(...agent.receive(message, arrival, from, this.nowMs));
      }
    }
  }
}
