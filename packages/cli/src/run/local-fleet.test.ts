import { type ClaimedWork, loadAgents, type PoolEvent, type WorkSource } from "@holdpoint/agent";
import { createSystemRuntime } from "@holdpoint/server";
import { expect, test } from "vitest";
import { callFolder } from "../commands/call.testing.ts";
import { createLocalFleet } from "./local-fleet.ts";

const MANIFEST =
  'name: worker\ncapabilities: [build]\nworkspace: shared\ncommand: "true"\nbackoff: { first: 10ms, longest: 20ms }\n';

test("an agent that may not run any more hands back what it was given, is not counted on, and works again", async () => {
  const folder = callFolder({ "agents/worker.yaml": MANIFEST });
  let why: string | null = null;
  const told: string[] = [];
  const seen: string[] = [];
  const task = { key: "k", id: "T-1", title: "A task", line: 1, kind: "task", owners: [] } as const;
  const works: ClaimedWork[] = [1, 2].map((attempt) => ({ taskId: "t", attempt, task, gates: [], refusal: null }));
  const end = (what: string): Promise<void> => Promise.resolve(void told.push(what));
  const source: WorkSource = {
    claim() {
      if (works.length === 2) why = "its script changed";
      return Promise.resolve(works.splice(0, 1));
    },
    renew: () => Promise.resolve("held"),
    report: ({ attempt }) => end(`reported ${attempt}`),
    fail: ({ attempt }, reason) => end(`failed ${attempt}: ${reason}`),
    release: ({ attempt }, reason) => end(`released ${attempt}: ${reason}`),
  };
  const heard = (event: PoolEvent): void => {
    seen.push(event.type);
    if (event.type === "resting") {
      seen.push(fleet.canWork({ capabilities: ["build"] }) ? "counted on" : `not counted on: ${event.reason}`);
      why = null;
    }
    if (event.type === "ended") void fleet.finish();
  };
  const fleet = createLocalFleet(
    {
      agents: await loadAgents(folder.path("agents")),
      barred: () => why,
      source,
      plan: { dir: folder.dir, document: "PLAN.md", title: "", digest: "sha256:0", readOnly: [], hidden: [] },
      runtime: createSystemRuntime(),
      stateFolder: folder.path("state"),
      artifactsFolder: folder.path("artifacts"),
      isolation: "off",
      pollMs: 5,
    },
    heard,
  );
  fleet.start();
  while (!told.includes("reported 2")) await fleet.idle(20);
  await fleet.finish();
  expect(told).toEqual(["released 1: worker may not run: its script changed", "reported 2"]);
  expect(seen.filter((one) => one !== "attempt")).toEqual([
    "refused",
    "resting",
    "not counted on: its script changed",
    "started",
    "ended",
  ]);
  expect(fleet.canWork({ capabilities: ["build"] })).toBe(true);
});
