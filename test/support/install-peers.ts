import { BUILD_PACKAGES, ensurePackages } from "../../native/system-packages.ts";
import { PEER_PACKAGES } from "./peers.ts";
import { installSchemathesis } from "./schemathesis.ts";

const say = (line: string) => console.log(line);

/** Run by `.ci/run`: installs everything that any test uses. */
process.exit(ensurePackages([...BUILD_PACKAGES, ...PEER_PACKAGES], say) && installSchemathesis(say) ? 0 : 1);
