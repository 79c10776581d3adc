import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll } from "vitest";

/** A control plane that serves, for the tests of one file. */
export interface TestControlPlane {
  /** What a call needs to find it, as its first administrator. */
  readonly env: { readonly HOLDPOINT_URL: string; readonly HOLDPOINT_TOKEN: string };
  readonly plane: Awaited<ReturnType<typeof createControlPlane>>;
}

/** Starts a control plane before the tests of a file and stops it after them; answers it while they run. */
export function useControlPlane(): () => TestControlPlane {
  let server: TestServer;
  let auditFolder: string;
  let serving: TestControlPlane;
  beforeAll(async () => {
    server = await startTestServer(undefined);
    const store = await server.openStore(() => Date.now());
    auditFolder = mkdtempSync(join(tmpdir(), "holdpoint-audit-"));
    const plane = await createControlPlane({
      store,
      runtime: createSystemRuntime(),
      version: "1",
      replica: "a",
      access: { auditFolder },
    });
    const first = await plane.access.ensureFirstAdmin();
    const url = await plane.listen({ host: "127.0.0.1", port: 0 });
    serving = { plane, env: { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: first?.token ?? "" } };
  });
  afterAll(async () => {
    await serving.plane.close();
    await server.stop();
    rmSync(auditFolder, { recursive: true });
  });
  return () => serving;
}
