import { operations } from "@holdpoint/contract";
import { type Client, createClient, ServerProblem } from "@holdpoint/sdk";

const NOWHERE = "00000000-0000-7000-8000-000000000000";
const LEASE_MS = 600_000;
const DAY_MS = 86_400_000;
const because = { reason: "for the recording" };

/** One gate that an agent's own report may open, on one task. */
const GATED = "# Gated\n\n## Phase 1: Words\n\n### Step 1.1: Write it\n\n**Quality gate**: coverage >=80%\n";
const SIDECAR = "holdpoint: sidecar/v1\nminTier: E1\ngates:\n  coverage: { metric: line_coverage }\n";
const LCOV = `TN:\nSF:a.mjs\n${Array.from({ length: 10 }, (_, at) => `DA:${at + 1},1\n`).join("")}LF:10\nLH:10\nend_of_record\n`;

/** What clients of this version ask of a server: every operation, and the refusals that they act upon. */
export async function playScenario(url: string, token: string): Promise<void> {
  const admin = createClient({ url, token, tries: 1, clientId: "recorder" });
  const { runner, signer } = await access(url, admin);
  await system(url, admin);
  await agents(admin, runner);
  await plans(admin, signer);
  await tasks(admin);
  await work(admin, runner);
  await steer(admin, runner);
  await callbacks(admin);
  await flags(admin, runner);
  await search(admin, runner);
  await refused(admin.call(operations.listEvents, { query: { cursor: 0, limit: 500 } }));
  await refused(admin.call(operations.status, {}));
}

/** Lets a refusal be what was to be recorded. */
async function refused<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServerProblem) return null;
    throw error;
  }
}

async function system(url: string, admin: Client): Promise<void> {
  const nobody = createClient({ url, tries: 1 });
  await nobody.call(operations.health, {});
  await nobody.call(operations.ready, {});
  await nobody.call(operations.problemPage, { params: { code: "HP9101" } });
  await refused(nobody.call(operations.listPlans, {}));
  await admin.call(operations.metrics, {});
  await admin.call(operations.progressStatus, {});
  await admin.call(operations.status, {});
}

async function access(url: string, admin: Client): Promise<{ readonly runner: Client; readonly signer: Client }> {
  const made = async (kind: "run" | "sgn" | "rdr"): Promise<{ readonly id: string; readonly client: Client }> => {
    const { token, view } = await admin.call(operations.createToken, { body: { kind, name: `a ${kind}` } });
    return { id: view.id, client: createClient({ url, token, tries: 1 }) };
  };
  const [runner, signer, reader] = [await made("run"), await made("sgn"), await made("rdr")];
  await admin.call(operations.listTokens, { query: { limit: 2 } });
  await refused(reader.client.call(operations.createTask, { body: { title: "not mine" } }));
  await runner.client.call(operations.ownToken, {});
  const renewed = await runner.client.call(operations.renewToken, { body: { overlapS: 3_600 } });
  await admin.call(operations.rotateToken, { params: { token: reader.id }, body: { overlapS: 60 } });
  await admin.call(operations.revokeToken, { params: { token: reader.id } });
  await refused(reader.client.call(operations.listPlans, {}));
  await refused(admin.call(operations.revokeToken, { params: { token: NOWHERE } }));
  await admin.call(operations.createTenant, { body: { tenant: "apart" } });
  await refused(admin.call(operations.createTenant, { body: { tenant: "apart" } }));
  await admin.call(operations.disableTenant, { params: { tenant: "apart" } });
  await admin.call(operations.enableTenant, { params: { tenant: "apart" } });
  await refused(admin.call(operations.disableTenant, { params: { tenant: "local" } }));
  await admin.call(operations.listTenants, {});
  await admin.call(operations.listAudit, { query: { limit: 3 } });
  await admin.call(operations.listAuditCheckpoints, {});
  return { runner: createClient({ url, token: renewed.token, tries: 1 }), signer: signer.client };
}

async function agents(admin: Client, runner: Client): Promise<void> {
  const agent = { name: "ann", capabilities: ["dig"], labels: { os: "linux" }, capacity: 2, version: "1" };
  await runner.call(operations.registerAgents, {
    body: { runner: "host", agents: [agent, { ...agent, name: "bob" }] },
  });
  await runner.call(operations.heartbeat, { body: { agents: ["ann", "nobody"] } });
  const about = { name: "board", kind: "dashboard", version: "1", labels: { by: "ann" } };
  await admin.call(operations.registerController, { body: about });
  await admin.call(operations.listControllers, {});
  await admin.call(operations.controllers, {});
  await admin.call(operations.listAgents, { query: { limit: 1 } });
  await admin.call(operations.listAgents, { query: { capability: "dig", runner: "host" } });
  const params = { agent: "bob" };
  await admin.call(operations.getAgent, { params });
  await admin.call(operations.pauseAgent, { params });
  await admin.call(operations.resumeAgent, { params });
  await admin.call(operations.drainAgent, { params });
  await runner.call(operations.heartbeat, { body: { agents: ["bob"] } });
  await admin.call(operations.deleteAgent, { params });
  await refused(admin.call(operations.getAgent, { params }));
}

async function plans(admin: Client, signer: Client): Promise<void> {
  const body = { source: "docs/GATED.md", document: GATED, sidecar: SIDECAR };
  const { plan } = await admin.call(operations.importPlan, { body });
  await admin.call(operations.importPlan, { body });
  await admin.call(operations.importPlan, { body: { ...body, document: `${GATED}\n- [ ] Tell of it\n` } });
  await refused(admin.call(operations.importPlan, { body: { source: "b.yaml", document: "a: [" } }));
  await admin.call(operations.importPlan, { body: { source: "other.md", document: "# Other\n\n- [ ] One\n" } });
  const params = { plan: plan.id };
  await admin.call(operations.listPlans, { query: { limit: 1 } });
  await admin.call(operations.listPlans, { query: { cursor: "docs/GATED.md" } });
  await admin.call(operations.getPlan, { params });
  await refused(admin.call(operations.getPlan, { params: { plan: NOWHERE } }));
  await admin.call(operations.listRevisions, { params, query: { limit: 1 } });
  await admin.call(operations.getDocument, { params: { ...params, revision: 1 } });
  await admin.call(operations.diffPlan, { params, query: { from: 1 } });
  await admin.call(operations.listItems, { params });
  const gates = await admin.call(operations.listGates, { params });
  const gate = { ...params, gate: gates.items[0]?.key ?? "" };
  await admin.call(operations.getGate, { params: gate });
  await admin.call(operations.getProgress, { params });
  await admin.call(operations.progressStatus, { query: params });
  await admin.call(operations.pausePlan, { params, body: because });
  await admin.call(operations.resumePlan, { params });
  await refused(admin.call(operations.signGate, { params: gate, body: { name: "Ann", ...because } }));
  const person = { name: "Ann", ...because };
  await signer.call(operations.signGate, { params: gate, body: { ...person, role: "lead" } });
  await refused(signer.call(operations.waiveGate, { params: gate, body: { ...person, expiresAt: "not a time" } }));
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
  await signer.call(operations.waiveGate, { params: gate, body: { ...person, expiresAt } });
  await admin.call(operations.getGate, { params: gate });
}

async function tasks(admin: Client): Promise<void> {
  const task = { title: "Dig", key: "dig", queue: "garden", capabilities: ["dig"], payload: { depth: 2 } };
  const { id } = await admin.call(operations.createTask, { body: { ...task, concurrencyKey: "spade" } });
  await admin.call(operations.createTask, { body: task });
  const seeds = { title: "Sow", key: "sow", capabilities: ["sow"], dependsOn: ["dig"] };
  const later = {
    title: "Water",
    key: "water",
    capabilities: ["sow"],
    runAt: new Date(Date.now() + LEASE_MS).toISOString(),
  };
  await admin.call(operations.createTasks, { body: { queue: "garden", tasks: [seeds, later] } });
  await refused(admin.call(operations.createTask, { body: { title: "x", dependsOn: ["none"] } }));
  await refused(admin.call(operations.createTask, { body: { title: "", payload: {} } }));
  const { next } = await admin.call(operations.listTasks, { query: { limit: 1 } });
  await admin.call(operations.listTasks, {
    query: { state: ["ready", "waiting"], ...(next === null ? {} : { cursor: next }) },
  });
  await refused(admin.call(operations.listTasks, { query: { cursor: "of another list" } }));
  await admin.call(operations.getTask, { params: { task: id } });
  await admin.call(operations.prioritiseTask, { params: { task: id }, body: { priority: 5 } });
  await admin.call(operations.assignTask, { params: { task: id }, body: { agent: "ann" } });
  await admin.call(operations.assignTask, { params: { task: id }, body: { agent: null } });
  await admin.call(operations.pauseAll, { body: because });
  await admin.call(operations.getPause, {});
  await admin.call(operations.resumeAll, {});
  await admin.call(operations.listQueues, {});
  await admin.call(operations.pauseQueue, { params: { queue: "garden" }, body: because });
  await admin.call(operations.resumeQueue, { params: { queue: "garden" } });
  const params = { key: "spade" };
  await admin.call(operations.putLimit, { params, body: { maxRunning: 2, rate: { starts: 10, perMs: 1_000 } } });
  await admin.call(operations.getLimit, { params });
  await admin.call(operations.listLimits, {});
  await admin.call(operations.deleteLimit, { params });
  // The same write with the same key is answered as the first was.
  const once = { idempotencyKey: NOWHERE };
  await admin.call(operations.createTasks, { body: { queue: "once", tasks: [{ title: "Once" }] } }, once);
  await admin.call(operations.createTasks, { body: { queue: "once", tasks: [{ title: "Once" }] } }, once);
  await refused(admin.call(operations.createTasks, { body: { queue: "once", tasks: [{ title: "Twice" }] } }, once));
}

async function work(admin: Client, runner: Client): Promise<void> {
  const { items } = await admin.call(operations.listPlans, { query: { limit: 1 } });
  const plan = items[0]?.id ?? "";
  const claim = { agent: "ann", plan, leaseTtlMs: LEASE_MS, limit: 1 };
  const take = async (): Promise<{ task: string; attempt: number }> => {
    const { tasks: taken } = await runner.call(operations.claimWork, { body: claim });
    return { task: taken[0]?.id ?? "", attempt: taken[0]?.attempt ?? 0 };
  };
  // Reported without evidence: refused, and its next try is accepted with it.
  const params = await take();
  await runner.call(operations.tellProgress, { params, body: { message: "half", percent: 50, leaseTtlMs: LEASE_MS } });
  const pieces = [{ seq: 1, stream: "stdout" as const, text: "hello\n" }];
  await runner.call(operations.appendOutput, { params, body: { pieces } });
  await admin.call(operations.readOutput, { params });
  const report = { type: "report" as const, name: "coverage.lcov", content: LCOV };
  await runner.call(operations.addEvidence, {
    params,
    body: { evidence: [{ type: "metric", metric: "speed", value: 3 }] },
  });
  await runner.call(operations.renewWork, {
    body: { leaseTtlMs: LEASE_MS, leases: [params, { ...params, attempt: 99 }] },
  });
  await runner.call(operations.releaseAttempt, { params, body: because });
  const again = await take();
  await runner.call(operations.completeAttempt, {
    params: again,
    body: { summary: "done", evidence: [report], waitMs: 0 },
  });
  await refused(runner.call(operations.completeAttempt, { params: again, body: {} }));
  await refused(runner.call(operations.releaseAttempt, { params, body: because }));
  await refused(runner.call(operations.tellProgress, { params: { task: NOWHERE, attempt: 1 }, body: {} }));
  await admin.call(operations.listAttempts, { params: { task: params.task } });
  await runner.call(operations.claimWork, { body: { ...claim, capabilities: ["nothing"], plan: NOWHERE } });
  await refused(runner.call(operations.claimWork, { body: { ...claim, limit: 9_999 } }));
}

async function steer(admin: Client, runner: Client): Promise<void> {
  const { id: unproven } = (
    await admin.call(operations.importPlan, { body: { source: "unproven.md", document: GATED, sidecar: SIDECAR } })
  ).plan;
  const agent = { name: "ann", capabilities: ["dig", "once"], limit: 1 };
  const claimed = { runner: "host", agents: [agent], leaseTtlMs: LEASE_MS, waitMs: 0 };
  const { tasks: refusedOnes } = await runner.call(operations.claimForAgents, { body: { ...claimed, plan: unproven } });
  const attempt = { task: refusedOnes[0]?.id ?? "", attempt: 1 };
  await runner.call(operations.completeAttempt, { params: attempt, body: { summary: "trust me" } });
  const create = async (title: string): Promise<{ task: string; attempt: number }> => {
    const body = { title, queue: "steered", maxAttempts: 1, capabilities: ["dig"], priority: 100 };
    const { id } = await admin.call(operations.createTask, { body });
    const { plan } = await admin.call(operations.getTask, { params: { task: id } });
    await runner.call(operations.claimForAgents, { body: { ...claimed, plan } });
    return { task: id, attempt: 1 };
  };
  const dead = await create("Die");
  await runner.call(operations.failAttempt, { params: dead, body: because });
  await admin.call(operations.listDeadLetters, {});
  await admin.call(operations.retryTask, { params: dead, body: because });
  await refused(admin.call(operations.retryTask, { params: dead, body: because }));
  await admin.call(operations.cancelTask, { params: dead, body: because });
  const blocked = await create("Wait");
  await runner.call(operations.blockAttempt, { params: blocked, body: because });
  await admin.call(operations.unblockTask, { params: blocked, body: because });
  await admin.call(operations.cancelTask, { params: blocked, body: because });
  const many = await create("Report");
  await runner.call(operations.completeWork, { body: { tasks: [many, { ...many, attempt: 7 }] } });
  const again = await create("Again");
  await runner.call(operations.failAttempt, { params: again, body: because });
  await admin.call(operations.redriveDeadLetters, { body: { tasks: [again.task], ...because } });
  await admin.call(operations.cancelTask, { params: again, body: because });
  const gone = await create("Gone");
  await runner.call(operations.failAttempt, { params: gone, body: because });
  await admin.call(operations.purgeDeadLetters, { body: because });
}

async function callbacks(admin: Client): Promise<void> {
  const callback = { url: "https://receiver.example/settled" };
  const task = { title: "Tell", capabilities: ["tell"] };
  const { id, callback: made } = await admin.call(operations.createTask, {
    body: { ...task, queue: "told", callback },
  });
  await admin.call(operations.createTasks, { body: { queue: "told", tasks: [task], callback } });
  await refused(admin.call(operations.createTask, { body: { ...task, callback: { url: "http://127.0.0.1/" } } }));
  await admin.call(operations.getTask, { params: { task: id } });
  await admin.call(operations.listCallbacks, { query: { state: ["waiting"], limit: 1 } });
  const params = { callback: made?.id ?? "" };
  await admin.call(operations.getCallback, { params });
  await refused(admin.call(operations.resendCallback, { params }));
  await refused(admin.call(operations.getCallback, { params: { callback: NOWHERE } }));
}

async function flags(admin: Client, runner: Client): Promise<void> {
  await admin.call(operations.listFlags, {});
  const params = { flag: "callbacks" };
  await admin.call(operations.putFlag, { params, body: { value: false } });
  await admin.call(operations.getFlag, { params });
  await refused(admin.call(operations.putFlag, { params, body: { value: "no" } }));
  await refused(runner.call(operations.putFlag, { params, body: { value: true } }));
  const callback = { url: "https://receiver.example/settled" };
  await refused(admin.call(operations.createTask, { body: { title: "Tell", callback } }));
  await admin.call(operations.deleteFlag, { params });
  await refused(admin.call(operations.getFlag, { params: { flag: "nothing" } }));
}

async function search(admin: Client, runner: Client): Promise<void> {
  const { next } = await admin.call(operations.search, { query: { q: "write", limit: 1 } });
  await admin.call(operations.search, { query: { q: "write", limit: 1, ...(next === null ? {} : { cursor: next }) } });
  await admin.call(operations.search, { query: { q: "ann", kind: ["agent", "task"] } });
  await refused(admin.call(operations.search, { query: { q: "!" } }));
  const { tasks: taken } = await runner.call(operations.claimForAgents, {
    body: {
      runner: "host",
      agents: [{ name: "ann", capabilities: ["tell"], limit: 1 }],
      leaseTtlMs: LEASE_MS,
      waitMs: 0,
    },
  });
  const evidence = [{ type: "metric" as const, metric: "speed", value: 3 }];
  const params = { task: taken[0]?.id ?? "", attempt: 1 };
  const { digests } = await runner.call(operations.addEvidence, { params, body: { evidence } });
  await admin.call(operations.getEvidence, { params: { digest: digests[0] ?? "" } });
}

/** What is not recorded: the document that describes the rest. */
export const LEFT_OUT: readonly string[] = ["openApi"];
