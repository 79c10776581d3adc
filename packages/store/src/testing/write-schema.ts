// Writes docs/reference/schema.sql from a fresh database: npx tsx packages/store/src/testing/write-schema.ts
import { mkdirSync, writeFileSync } from "node:fs";
import { dumpSchema } from "./schema-dump.ts";
import { startTestServer } from "./test-server.ts";

const server = await startTestServer(undefined);
try {
  const dump = await dumpSchema(await server.openStore(() => 0));
  const folder = new URL("../../../../docs/reference/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("schema.sql", folder), dump);
} finally {
  await server.stop();
}
