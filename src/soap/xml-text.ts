/** Characters; requests of real clients stay below 20 KB. */
export const MAX_XML_LENGTH = 256 * 1024;
/** What XML 1.0 cannot say at all (§2.2), lone surrogates among it. */
export const NO_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
