declare module "node-forge/lib/forge.js" {
  import forge from "node-forge";
  // biome-ignore lint/style/noDefaultExport: that is how node-forge is written
  export default forge;
}
declare module "node-forge/lib/pkcs12.js";
declare module "node-forge/lib/pki.js";
declare module "node-forge/lib/sha256.js";
declare module "node-forge/lib/sha512.js";
