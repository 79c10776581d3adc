import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { startTestServer } from "@holdpoint/store/testing";

/** A server on a fresh database. */
export interface ServedForProtocol {
  readonly url: string;
  /** The first administrator's. */
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts the present server on loopback, with tokens, limits and the audit log; answers when it is ready. */
export async function serveForProtocol(): Promise<ServedForProtocol> {
  const database = await startTestServer(undefined);
  const runtime = createSystemRuntime();
  const store = await database.openStore(() => runtime.now());
  const plane = await createControlPlane({ store, runtime, version: "0.0.0", replica: "recorded" });
  const first = await plane.access.ensureFirstAdmin();
  const url = await plane.listen({ host: "127.0.0.1", port: 0 });
  await untilReady(url);
  return {
    url,
    token: first?.token ?? "",
    stop: async () => {
      await plane.close();
      await database.stop();
    },
  };
}

/** Its background services have to have made a round. */
async function untilReady(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/ready`);
    await answer.arrayBuffer();
    if (answer.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
