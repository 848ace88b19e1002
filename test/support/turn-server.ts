import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "./certificates.ts";
import type { TestHost } from "./network.ts";
import { until } from "./until.ts";

/** What coturn makes credentials of. */
export const TURN_SECRET = "a secret of coturn's";

/** A running coturn. Disposing it stops it. */
export interface TurnServer extends AsyncDisposable {
  /** File with the authority that vouches for its certificate. */
  readonly authorities: string;
  /** What it has logged. */
  log(): Promise<string>;
}

/** Starts coturn in a network, where it listens at port 3478 of the host's address, at 5349 with TLS, and relays from there. */
export async function startTurnServer(
  { address, prefix }: TestHost,
  more: readonly string[] = [],
): Promise<TurnServer> {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-coturn-"));
  const logFile = join(folder, "log");
  const authority = await makeCertificate({ name: "Authority of a relay", isAuthority: true });
  const own = await makeCertificate({ name: "relay", issuer: authority, sans: [address], usage: "server" });
  writeFileSync(join(folder, "authority.pem"), authority.certificate);
  writeFileSync(join(folder, "certificate.pem"), own.certificate);
  writeFileSync(join(folder, "key.pem"), own.key);
  const args = [
    "-n",
    `--listening-ip=${address}`,
    `--relay-ip=${address}`,
    "--use-auth-secret",
    `--static-auth-secret=${TURN_SECRET}`,
    "--realm=rotordream.test",
    "--no-cli",
    "--no-dtls",
    `--cert=${join(folder, "certificate.pem")}`,
    `--pkey=${join(folder, "key.pem")}`,
    "--verbose",
    "--simple-log",
    `--log-file=${logFile}`,
    `--pidfile=${join(folder, "pid")}`,
    ...more,
  ];
  const child = Bun.spawn([...prefix, "turnserver", ...args], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  const log = async () => ((await Bun.file(logFile).exists()) ? await Bun.file(logFile).text() : "");
  await until(async () => /IPv4. UDP listener opened on/.test(await log()) || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`coturn ended with ${child.exitCode}: ${await log()}`);
  return {
    authorities: join(folder, "authority.pem"),
    log,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
