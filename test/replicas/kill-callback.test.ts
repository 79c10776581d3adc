import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_SERVERS } from "@holdpoint/store/testing";
import { expect, test } from "vitest";
import { isSigned, startReceiver } from "../../packages/server/src/callbacks/receiver.testing.ts";
import { ensureBuilt } from "../e2e/built-cli.ts";
import { startReplica } from "./replica-process.ts";

const kinds = TEST_SERVERS.filter(({ hasUsers }) => hasUsers).slice(0, 1);
const ENV = { HOLDPOINT_CALLBACK_ALLOW: "127.0.0.0/8", HOLDPOINT_CALLBACK_TIMEOUT: "1s", HOLDPOINT_LOG_LEVEL: "error" };

test.each(kinds)(
  "a callback is delivered by the next process when the one that was sending it is killed, on $name",
  async (kind) => {
    await ensureBuilt();
    const server = await kind.start();
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-callback-"));
    // The first request is never answered: its sender dies with it.
    const receiver = await startReceiver((response, count) => void (count > 1 && response.writeHead(204).end()));
    try {
      const databaseUrl = await server.emptyDatabase();
      const start = async (name: string): ReturnType<typeof startReplica> => {
        mkdirSync(join(folder, name));
        return await startReplica(databaseUrl, join(folder, name), ENV);
      };
      const first = await start("first");
      const post = async (path: string, body: object): Promise<{ readonly id: string }> => {
        const headers = { authorization: `Bearer ${first.token}`, "content-type": "application/json" };
        const response = await fetch(`${first.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
        const made: { readonly id: string } = JSON.parse(await response.text());
        return made;
      };
      const secret = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
      const { id } = await post("/v1/tasks", { title: "Dig", callback: { url: receiver.url, secret } });
      await post(`/v1/tasks/${id}/cancel`, { reason: "winter" });
      await receiver.arrived(1);
      await first.kill();
      const second = await start("second");
      const [lost, got] = await receiver.arrived(2);
      await second.stop();
      expect(got?.id).toBe(lost?.id);
      expect(got?.body).toMatchObject({ type: "task.cancelled", data: { task: { id } } });
      expect(got !== undefined && isSigned(got, secret)).toBe(true);
    } finally {
      await receiver.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
