import forge from "node-forge/lib/forge.js";
// what hangs itself onto the one above; all of node-forge would be three times as much
import "node-forge/lib/pkcs12.js";
import "node-forge/lib/pki.js";
import "node-forge/lib/sha256.js";
import "node-forge/lib/sha512.js";

/** The parts of node-forge that read PKCS#12 files. */
export { forge };
