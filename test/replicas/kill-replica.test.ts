import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_SERVERS } from "@holdpoint/store/testing";
import { expect, test } from "vitest";
import { ensureBuilt } from "../e2e/built-cli.ts";
import { checkReplicas } from "./check-replicas.ts";
import { tryReplicas } from "./replica-chaos.ts";

const SEED = Number(process.env["HOLDPOINT_TEST_SEED"] ?? Math.floor(Math.random() * 1_000_000));
const kinds = TEST_SERVERS.filter(({ hasUsers }) => hasUsers).slice(0, 1);

test.each(kinds)(
  "with one of two replicas killed, every task is accepted exactly once and no lease stays lost, on $name",
  async (kind) => {
    await ensureBuilt();
    const server = await kind.start();
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-replicas-"));
    const say = (line: string): void => void process.stdout.write(`replicas, seed ${SEED}: ${line}\n`);
    try {
      const databaseUrl = await server.emptyDatabase();
      const chaos = { databaseUrl, folder, seed: SEED, seconds: 8, killEveryMs: 4_000, agents: 12, say };
      const verdict = await checkReplicas(databaseUrl, await tryReplicas(chaos));
      say(JSON.stringify(verdict));
      expect(verdict).toMatchObject({ lost: 0, acceptedTwice: 0, toldWrongly: 0, freedLate: 0, faults: [] });
      expect(verdict.kills).toBeGreaterThanOrEqual(1);
      expect(verdict.failovers).toBeGreaterThanOrEqual(1);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  150_000,
);
