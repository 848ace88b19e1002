import type { ServerConfig } from "../../config/server-config.ts";
import { CertificateFiles } from "../../storage/certificate-files.ts";
import { judgeCameras, judgeEncoders } from "./cameras.ts";
import { judgeCertificate } from "./certificate.ts";
import { type Chapter, canServe, reportText } from "./finding.ts";
import { judgeClock, judgeConfiguration, judgeNetwork, judgeStorage } from "./machine.ts";
import { probeCameras } from "./probe-cameras.ts";
import { probeClock, probeNetwork, probeStorage } from "./probe-machine.ts";

/** What `rotordream doctor` prints and whether serving with this configuration would work. */
export interface DoctorReport {
  readonly text: string;
  readonly canServe: boolean;
}

/** Looks at the machine as `config` would use it; changes nothing. `isServing`: this process does already. Lets others run in between. */
export async function examine(config: ServerConfig, nowMs: number, isServing = false): Promise<DoctorReport> {
  const cameras = await probeCameras(config.source);
  const chapters: readonly Chapter[] = [
    judgeCameras(cameras),
    judgeEncoders(cameras),
    judgeConfiguration(config.configFile, config.warnings),
    judgeNetwork(await probeNetwork(config, isServing)),
    judgeCertificate(new CertificateFiles(config.dataFolder).read(false), config.server, nowMs),
    judgeStorage(probeStorage(config)),
    judgeClock(probeClock(nowMs)),
  ];
  return { text: reportText(chapters), canServe: canServe(chapters) };
}
