import type { Command } from "commander";

/** What is to be done with the device's certificate. */
export type CertificateOrder =
  | { readonly order: "show" }
  | { readonly order: "self-signed"; readonly rsa: boolean }
  /** Paths; without `key` the device's present key is meant, as after a signing request. */
  | { readonly order: "install"; readonly certificate: string; readonly key: string | undefined };

/** The grammar of `rotordream cert`, which works on the data folder; a running server picks the files up. */
export function addCertificateCommands(program: Command, choose: (order: CertificateOrder) => void): void {
  const cert = program.command("cert").description("the certificate of HTTPS and RTSPS: show, self-signed, install");
  cert
    .command("show")
    .description("print what the certificate says")
    .action(() => choose({ order: "show" }));
  cert
    .command("self-signed")
    .description("make a new key and a certificate of the device's own")
    .option("--rsa", "RSA 2048 instead of ECDSA P-256, for old recorders")
    .action(({ rsa = false }: { readonly rsa?: boolean }) => choose({ order: "self-signed", rsa }));
  cert
    .command("install <certificate> [key]")
    .description("check and install PEM files; without a key, a certificate for the present key")
    .action((certificate: string, key: string | undefined) => choose({ order: "install", certificate, key }));
}
