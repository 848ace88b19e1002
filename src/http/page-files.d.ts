declare module "*/dist/web/page.pack" {
  /** Where the file lies: on disk, or inside the executable. */
  const path: string;
  // biome-ignore lint/style/noDefaultExport: this is what the bundler makes of a file import
  export default path;
}
