import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { postmanCollection } from "./postman.ts";
import { startServer } from "./server.ts";

/** Where the collection stands, from the root of the repository. */
const COLLECTION = "docs/api/postman/rotordream.postman_collection.json";

/** `bun run docs`: writes what is generated from the built executable's API document. */
await using server = await startServer();
const document = await (await fetch(`${server.http}/swagger/json`)).json();
const text = `${JSON.stringify(postmanCollection(document as object as Parameters<typeof postmanCollection>[0]), null, 2)}\n`;
writeFileSync(join(import.meta.dirname, "../..", COLLECTION), text);
console.log(`${COLLECTION}: written`);
