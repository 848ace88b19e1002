declare module "*/dist/web/main.js" {
  /** Where the file lies: on disk, or inside the executable. */
  const path: string;
  // biome-ignore lint/style/noDefaultExport: this is what the bundler makes of a file import
  export default path;
}

declare module "*/web/style.css" {
  /** Where the file lies: on disk, or inside the executable. */
  const path: string;
  // biome-ignore lint/style/noDefaultExport: this is what the bundler makes of a file import
  export default path;
}
