import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditLine, auditLine } from "@holdpoint/contract";
import { type Session, type StoreScope, statement } from "@holdpoint/store";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CHAIN_START, seal, signCheckpoint } from "./audit-chain.ts";
import { CHECKPOINT_FILE, createCheckpoints } from "./audit-checkpoints.store.ts";
import { createAuditLog } from "./audit-log.store.ts";
import { installationKey, PUBLIC_FILE } from "./installation-key.ts";
import { isRecord, type ServedPlane, serveOn, servePlane, textAt } from "./served-plane.testing.ts";
import { type AuditReport, verifyAudit } from "./verify-audit.ts";

const folders: string[] = [];
let server: TestServer;
let served: ServedPlane;

beforeAll(async () => {
  server = await startTestServer(undefined);
  served = await servePlane(server);
});

afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

afterAll(async () => {
  await served.plane.close();
  await server.stop();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "holdpoint-audit-"));
  folders.push(made);
  return made;
}

async function exported(of: ServedPlane, token = of.admin): Promise<readonly AuditLine[]> {
  const lines: AuditLine[] = [];
  for (let cursor: string | null = "0"; cursor !== null; ) {
    const { json } = await of.ask("GET", `/v1/audit?limit=3&cursor=${cursor}`, { token });
    if (Array.isArray(json["items"])) lines.push(...json["items"].map((item) => auditLine.parse(item)));
    cursor = typeof json["next"] === "string" ? json["next"] : null;
  }
  return lines;
}

const texts = (lines: readonly unknown[]): string[] => lines.map((line) => JSON.stringify(line));

describe("the audit log", () => {
  test("has each write with who, what and how it ended, and neither bodies nor tokens", async () => {
    const body = { kind: "rdr", name: "a very private name" };
    const created = await served.ask("POST", "/v1/tokens", {
      token: served.admin,
      body,
      headers: { traceparent: "00-11111111111111111111111111111111-2222222222222222-01" },
    });
    const reader = textAt(created.json, "token");
    await served.ask("POST", "/v1/tokens", { token: reader, body });
    await served.ask("DELETE", "/v1/tokens/00000000-0000-7000-8000-000000000000", { token: served.admin });
    await served.ask("GET", "/v1/tokens", { token: served.admin });
    const lines = await exported(served);
    expect(lines.map(({ entry }) => [entry.seq, entry.operation, entry.status, entry.code])).toEqual([
      [1, "createToken", 201, null],
      [2, "createToken", 403, "HP9104"],
      [3, "revokeToken", 404, "HP9105"],
    ]);
    expect(lines[0]?.entry).toMatchObject({ trace: "1".repeat(32), tenant: "local" });
    expect(lines[0]?.entry.body).toMatch(/^sha256:/);
    expect(lines[1]?.entry.who.name).toBe("a very private name");
    expect(lines[2]?.entry.params).toEqual({ token: "00000000-0000-7000-8000-000000000000" });
    expect(JSON.stringify(lines)).not.toContain(reader.slice(7, 30));
    expect(JSON.stringify(lines)).not.toContain(served.admin.slice(7, 30));
  });

  test("is each tenant's own, and for administrators alone", async () => {
    const made = await served.ask("POST", "/v1/tenants", { token: served.admin, body: { tenant: "apart" } });
    const token = textAt(made.json, "admin", "token");
    await served.ask("POST", "/v1/tokens", { token, body: { kind: "opr", name: "o" } });
    expect((await exported(served, token)).map(({ entry }) => [entry.tenant, entry.seq])).toEqual([["apart", 1]]);
    const operator = await served.ask("POST", "/v1/tokens", { token, body: { kind: "opr", name: "o" } });
    const asked = await served.ask("GET", "/v1/audit", { token: textAt(operator.json, "token") });
    expect(asked.status).toBe(403);
  });

  test("is one chain when replicas write at the same time", async () => {
    const replica = await serveOn(served.store);
    const before = (await exported(served)).length;
    const write = (at: ServedPlane): Promise<unknown> =>
      at.ask("POST", "/v1/tokens", { token: served.admin, body: { kind: "rdr", name: "n" } });
    await Promise.all(Array.from({ length: 60 }, (_, at) => write(at % 2 === 0 ? served : replica)));
    await replica.plane.close();
    const lines = await exported(served);
    expect(lines).toHaveLength(before + 60);
    expect((await verifyAudit(texts(lines), [], [])).faults).toEqual([]);
  });

  test("keeps an entry that could not be stored, once, and refuses when too many wait", async () => {
    const store = await server.openStore(() => 0);
    let fail: "before" | "after" | null = "before";
    const scopeOf = (tenant: string): StoreScope => {
      const scope = store.forTenant(tenant);
      const run: Session["run"] = async (query, values) => {
        if (fail === "before") throw new Error("away");
        const rows = await scope.run(query, values);
        if (fail === "after" && query.name === "audit_append") throw new Error("the answer was lost");
        return rows as never;
      };
      return { ...scope, run };
    };
    const log = createAuditLog(scopeOf, { now: () => 1 });
    const principal = { tenant: "local", name: "n", tokenId: null, scopes: new Set<never>() };
    const deed = { principal, operation: "o", params: {}, body: null, status: 200, code: null, trace: "t" };
    await log.record(deed);
    fail = "after";
    await log.record(deed);
    fail = null;
    await log.flush();
    await expect
      .poll(
        async () =>
          (await store.run<{ n: number }>(statement("n", "SELECT count(*)::int AS n FROM holdpoint.audit_entry")))[0]
            ?.n,
      )
      .toBe(2);
    fail = "before";
    expect(log.takes("local")).toBe(true);
    for (let time = 0; time < 10_000; time += 1) void log.record(deed);
    expect([log.takes("local"), log.takes("other")]).toEqual([false, true]);
    fail = null;
  });
});

describe("checkpoints", () => {
  const COUNT = 12;

  async function signedLog(): Promise<{
    readonly of: ServedPlane;
    readonly dir: string;
    readonly lines: readonly AuditLine[];
    readonly checkpoints: readonly string[];
    readonly verify: (lines: readonly unknown[], checkpoints?: readonly string[]) => Promise<AuditReport>;
    readonly sign: () => Promise<number>;
  }> {
    const dir = folder();
    const of = await servePlane(server);
    const sign = createCheckpoints(of.store.asSystem(), { now: () => Date.now() }, dir);
    for (let at = 0; at < COUNT; at += 1) {
      await of.ask("POST", "/v1/tokens", { token: of.admin, body: { kind: "rdr", name: `n${at}` } });
      if (at === 5) await sign();
    }
    await sign();
    await of.plane.close();
    const store = of.store.forTenant("local");
    const rows = await store.run<{ entry: string; hash: string }>(
      statement("whole_log", "SELECT entry, hash FROM holdpoint.audit_entry ORDER BY seq"),
    );
    const lines = rows.map(({ entry, hash }) => auditLine.parse({ entry: JSON.parse(entry), hash }));
    const checkpoints = readFileSync(join(dir, CHECKPOINT_FILE), "utf8").trim().split("\n");
    const key = createPublicKey(readFileSync(join(dir, PUBLIC_FILE)));
    const verify = (given: readonly unknown[], kept: readonly string[] = checkpoints): Promise<AuditReport> =>
      verifyAudit(texts(given), kept, [key]);
    return { of, dir, lines, checkpoints, verify, sign };
  }

  /** The log as somebody would write it who can compute hashes. */
  function rewritten(
    lines: readonly AuditLine[],
    change: (line: AuditLine["entry"]) => AuditLine["entry"],
  ): AuditLine[] {
    let prev = CHAIN_START;
    return lines.map(({ entry }, at) => {
      const next = change({ ...entry, seq: at + 1, prev });
      prev = seal(next).hash;
      return { entry: next, hash: prev };
    });
  }

  test("prove a log, and show every way of changing it", async () => {
    const { lines, checkpoints, verify, dir } = await signedLog();
    expect(await verify(lines)).toMatchObject({ verdict: "verified", entries: COUNT, proven: COUNT, checkpoints: 2 });
    const at = <T>(list: readonly T[], index: number): T => {
      const found = list[index];
      if (found === undefined) throw new Error(`nothing at ${index}`);
      return found;
    };
    const edited = { ...at(lines, 3), entry: { ...at(lines, 3).entry, status: 200 } };
    const attacks: Record<string, readonly unknown[]> = {
      insert: [...lines.slice(0, 4), at(lines, 3), ...lines.slice(4)],
      edit: [...lines.slice(0, 3), edited, ...lines.slice(4)],
      "edit with its hash": [...lines.slice(0, 3), { ...edited, hash: seal(edited.entry).hash }, ...lines.slice(4)],
      "edit of the last": [...lines.slice(0, -1), { ...at(lines, COUNT - 1), hash: CHAIN_START }],
      delete: lines.filter((_, index) => index !== 4),
      "delete the first": lines.slice(1),
      reorder: [...lines.slice(0, 4), at(lines, 5), at(lines, 4), ...lines.slice(6)],
      "cut the tail": lines.slice(0, -1),
      "cut all": [],
      "rewrite all": rewritten(lines, (entry) => ({ ...entry, who: { name: "nobody", token: null } })),
      "rewrite from the middle": rewritten(lines, (entry) => (entry.seq > 8 ? { ...entry, status: 200 } : entry)),
      "delete and compute anew": rewritten(
        lines.filter((_, index) => index !== 9),
        (entry) => entry,
      ),
      "a member more": [...lines.slice(0, -1), { ...at(lines, COUNT - 1), note: "x" }],
      garbage: [...lines, "garbage"],
    };
    for (const [name, attacked] of Object.entries(attacks)) {
      const report = await verify(attacked);
      expect([name, report.verdict, report.faults.length > 0]).toEqual([name, "broken", true]);
    }
    const forger = generateKeyPairSync("ed25519");
    const forged = rewritten(lines, (entry) => ({ ...entry, status: 200 }));
    const last = at(forged, COUNT - 1);
    const said = { tenant: "local", seq: COUNT, hash: last.hash, at: last.entry.at };
    const checkpoint = JSON.stringify(signCheckpoint(said, forger.privateKey, forger.publicKey));
    expect(await verify(forged, [checkpoint])).toMatchObject({ verdict: "unproven", foreign: 1 });
    expect((await verify(forged, [...checkpoints, checkpoint])).verdict).toBe("broken");
    const bent = checkpoint.replace(/"key":"[^"]+"/, /"key":"[^"]+"/.exec(at(checkpoints, 0))?.[0] ?? "");
    expect((await verify(forged, [bent])).verdict).toBe("broken");
    expect((await verify(lines, ["{}"])).verdict).toBe("broken");
    expect((await verify(lines, [])).verdict).toBe("unproven");
    expect(statSync(join(dir, "audit-key.pem")).mode & 0o777).toBe(0o600);
  });

  test("say how far they speak when entries came after the last", async () => {
    const { lines, checkpoints, verify } = await signedLog();
    expect(await verify(lines, checkpoints.slice(0, 1))).toMatchObject({ verdict: "verified", proven: 6, entries: 12 });
  });

  test("are not given to a log that was changed since the last, whoever owns the database", async () => {
    const attacks = [
      "UPDATE holdpoint.audit_entry SET entry = replace(entry, '201', '200') WHERE seq = 12",
      "DELETE FROM holdpoint.audit_entry WHERE seq = 12",
      "UPDATE holdpoint.audit_head SET seq = 11, hash = (SELECT hash FROM holdpoint.audit_entry WHERE seq = 11)",
      "UPDATE holdpoint.audit_head SET hash = 'sha256:x'",
    ];
    const { of, dir, sign, checkpoints } = await signedLog();
    expect(await sign()).toBe(0);
    const again = await serveOn(of.store);
    await again.ask("POST", "/v1/tokens", { token: of.admin, body: { kind: "rdr", name: "one more" } });
    await again.plane.close();
    for (const text of attacks) {
      await of.store.run(statement("save_entry", "CREATE TABLE saved_entry AS TABLE holdpoint.audit_entry"));
      await of.store.run(statement("save_head", "CREATE TABLE saved_head AS TABLE holdpoint.audit_head"));
      await of.store.run(statement(`attack_${attacks.indexOf(text)}`, text));
      await expect(sign()).rejects.toMatchObject({ code: "HP9421" });
      // A process that starts anew knows as much, from its file.
      await expect(createCheckpoints(of.store.asSystem(), { now: () => 0 }, dir)()).rejects.toMatchObject({
        code: "HP9421",
      });
      for (const back of [
        "DELETE FROM holdpoint.audit_entry",
        "INSERT INTO holdpoint.audit_entry SELECT * FROM saved_entry",
        "DELETE FROM holdpoint.audit_head",
        "INSERT INTO holdpoint.audit_head SELECT * FROM saved_head",
        "DROP TABLE saved_entry",
        "DROP TABLE saved_head",
      ]) {
        await of.store.run(statement("", back));
      }
    }
    expect(await sign()).toBe(1);
    expect(readFileSync(join(dir, CHECKPOINT_FILE), "utf8").trim().split("\n")).toHaveLength(checkpoints.length + 1);
  });

  test("are read over HTTP, and go on after a line that a crash cut off", async () => {
    const dir = folder();
    const of = await servePlane(server, { aheadMs: 0 }, { access: { auditFolder: dir } });
    await of.ask("POST", "/v1/tokens", { token: of.admin, body: { kind: "rdr", name: "n" } });
    of.plane.access.services.find(({ name }) => name === "audit-checkpoints")?.wake();
    await expect
      .poll(async () => (await of.ask("GET", "/v1/audit/checkpoints", { token: of.admin })).json["items"])
      .toHaveLength(1);
    const { json } = await of.ask("GET", "/v1/audit/checkpoints", { token: of.admin });
    const [first] = Array.isArray(json["items"]) ? json["items"] : [];
    expect(isRecord(first) && first["seq"]).toBe(1);
    await of.plane.close();
    const file = join(dir, CHECKPOINT_FILE);
    writeFileSync(file, `${readFileSync(file, "utf8")}{"v":1,"ten\n`);
    expect(await createCheckpoints(of.store.asSystem(), { now: () => 0 }, dir)()).toBe(0);
  });

  test("of one folder are signed with one key, whoever makes it", () => {
    const dir = folder();
    const [one, two] = [installationKey(dir), installationKey(dir)];
    expect(one.publicKey.equals(two.publicKey)).toBe(true);
  });
});
