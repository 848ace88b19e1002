import { BUILD_PACKAGES, ensurePackages } from "../../native/system-packages.ts";
import { installOnvifPeers } from "./onvif-peers.ts";
import { PEER_PACKAGES } from "./peers.ts";
import { installSchemathesis } from "./schemathesis.ts";

const say = (line: string) => console.log(line);

/** Run by `.ci/run`: installs everything that any test uses. */
const isComplete =
  ensurePackages([...BUILD_PACKAGES, ...PEER_PACKAGES], say) && installSchemathesis(say) && installOnvifPeers(say);
process.exit(isComplete ? 0 : 1);
