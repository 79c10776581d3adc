/**
 * A control plane in a process of its own, for tests that kill it: `tsx serve.ts DATABASE_URL PORT`. The token is the name
 * of the tenant. Prints its address when it serves.
 */
import { SCOPES, type Scope } from "@holdpoint/contract";
import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";

const [databaseUrl = "", port = "0"] = process.argv.slice(2);
const runtime = createSystemRuntime();
const store = await openStore({ databaseUrl, runtime });
const plane = await createControlPlane({
  store,
  runtime,
  version: "0.0.0",
  replica: `test-${process.pid}`,
  authenticate: ({ token }) =>
    Promise.resolve(
      token === null ? null : { tenant: token, name: "test", tokenId: null, scopes: new Set<Scope>(SCOPES) },
    ),
});
process.stdout.write(`${await plane.listen({ host: "127.0.0.1", port: Number(port) })}\n`);
