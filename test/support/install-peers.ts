import { BUILD_PACKAGES, ensurePackages } from "../../native/system-packages.ts";
import { PEER_PACKAGES } from "./peers.ts";

/** Run by `.ci/run`: installs everything that any test uses. */
process.exit(ensurePackages([...BUILD_PACKAGES, ...PEER_PACKAGES], (line) => console.log(line)) ? 0 : 1);
