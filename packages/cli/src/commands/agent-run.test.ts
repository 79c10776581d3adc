import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CommandCall } from "../command.ts";
import { loadFleet } from "../engine/load-fleet.ts";
import { fleetPlace } from "../place/plan-place.ts";
import { type ConsentedFleet, consentedFleet } from "../trust/consented-fleet.ts";
import { run } from "./agent-run.ts";
import { type CallFolder, Collected, callFolder } from "./call.testing.ts";
import { run as trust } from "./trust.ts";

const agent = (name: string): string =>
  `name: ${name}\ncapabilities: [${name}]\ncommand: sh agents/${name}.sh\nworkspace: shared\n`;
const FILES = {
  "agents/one.yaml": agent("one"),
  "agents/one.sh": "true\n",
  "agents/two.yaml": agent("two"),
  "agents/two.sh": "true\n",
};
const SERVER = { HOLDPOINT_URL: "http://127.0.0.1:1", HOLDPOINT_TOKEN: "t" };

describe("holdpoint agent run", () => {
  it("runs nothing that was not agreed to, and says how to agree", async () => {
    const folder = callFolder(FILES);
    const { code, err } = await folder.call(run, [], {}, SERVER);
    expect(code).toBe(64);
    expect(err).toContain("HP8024");
    expect(err).toContain("you have not agreed to 2 of them, and 0 changed since you did");
    expect(err).toContain("holdpoint trust ");
  });

  it("says how to agree where the commands run in another folder than the one that holds the manifests", async () => {
    const folder = callFolder({ "my fleet/one.yaml": agent("one"), "work/agents/one.sh": "true\n" });
    const options = { agents: "my fleet", dir: "work" };
    const how = `holdpoint trust '${folder.path("my fleet")}' --dir ${folder.path("work")}`;
    expect((await folder.call(run, [], options, SERVER)).err).toContain(`\`${how}\``);
    await folder.call(trust, ["my fleet"], { dir: "work", yes: true });
    const { err } = await folder.call(run, [], options, { ...SERVER, XDG_CONFIG_HOME: folder.path("other-home") });
    expect(err).toContain("HP2101");
    expect(err).toContain(`${how} --yes`);
  });

  it("refuses manifests and scripts that changed since they were agreed to", async () => {
    const folder = callFolder(FILES);
    await folder.call(trust, ["agents"], { yes: true });
    folder.write("agents/one.yaml", agent("one").replace("shared", "worktree"));
    folder.write("agents/two.sh", "false\n");
    const { code, err } = await folder.call(run, [], {}, SERVER);
    expect(code).toBe(64);
    for (const name of ["one", "two"]) {
      expect(err).toContain(`${name} may not run: its manifest, or a script that it names, changed since you agreed`);
    }
    expect(err).toContain("you have not agreed to 0 of them, and 2 changed since you did");
  });

  it("takes a trust file that somebody else brought for none, and says so", async () => {
    const folder = callFolder(FILES);
    await folder.call(trust, ["agents"], { yes: true });
    const { code, err } = await folder.call(run, [], {}, { ...SERVER, XDG_CONFIG_HOME: folder.path("other-home") });
    expect(code).toBe(64);
    expect(err).toContain("HP2101");
    expect(err).toContain("HP8024");
  });

  it("shows the commands with --dry-run, and does nothing", async () => {
    const { code, out } = await callFolder(FILES).call(run, [], { dryRun: true });
    expect([code, out]).toEqual([0, "sh agents/one.sh\nsh agents/two.sh\n"]);
  });

  it("needs agents", async () => {
    expect((await callFolder({ "agents/README.md": "" }).call(run, [], { trust: true })).err).toContain("HP7305");
  });
});

describe("the agents that may run for a server", () => {
  it("are those that were agreed to; the others are left out and told of", async () => {
    const folder = callFolder(FILES);
    await folder.call(trust, ["agents"], { yes: true });
    folder.write("agents/two.sh", "false\n");
    const { fleet, err } = await allowed(folder);
    expect(fleet.agents.map(({ name }) => name)).toEqual(["one"]);
    expect(err()).toBe("two may not run: its manifest, or a script that it names, changed since you agreed\n");
  });

  it("are looked at again before they take work, and run again once they are agreed to anew", async () => {
    const folder = callFolder(FILES);
    await folder.call(trust, ["agents"], { yes: true });
    const { fleet } = await allowed(folder);
    const [one] = fleet.agents;
    if (one === undefined) throw new Error("there is no agent");
    expect(fleet.barred(one)).toBeNull();
    folder.write("agents/one.sh", "rm -rf ~\n");
    expect(fleet.barred(one)).toContain("changed since you agreed");
    await folder.call(trust, ["agents"], { yes: true });
    expect(fleet.barred(one)).toBeNull();
    folder.write("agents/one.sh", "false\n");
    writeFileSync(folder.path(".holdpoint/trust-agents.yaml"), "nonsense");
    expect(fleet.barred(one)).toBe("you have not agreed to its commands");
  });

  it("are none from the moment on at which the consent is taken back", async () => {
    const folder = callFolder(FILES);
    await folder.call(trust, ["agents"], { yes: true });
    const { fleet } = await allowed(folder);
    await folder.call(trust, ["agents"], { revoke: true });
    const [why] = new Set(fleet.agents.map((one) => fleet.barred(one)));
    expect(why).toBe("you have not agreed to its commands");
    await folder.call(trust, ["agents"], { yes: true });
    expect(fleet.agents.map((one) => fleet.barred(one))).toEqual([null, null]);
  });

  it("are all with --trust, whatever changes, and are remembered with --remember", async () => {
    const folder = callFolder(FILES);
    const { fleet } = await allowed(folder, { trust: true, remember: true });
    folder.write("agents/one.sh", "false\n");
    expect(fleet.agents.map((one) => fleet.barred(one))).toEqual([null, null]);
    expect(readFileSync(folder.path(".holdpoint/trust-agents.yaml"), "utf8")).toContain("agents/two.sh");
    expect((await allowed(folder)).fleet.agents.map(({ name }) => name)).toEqual(["two"]);
  });
});

async function allowed(
  folder: CallFolder,
  options: CommandCall["options"] = {},
): Promise<{ readonly fleet: ConsentedFleet; readonly err: () => string }> {
  const err = new Collected();
  const call: CommandCall = {
    args: [],
    options,
    out: err,
    err,
    cwd: folder.dir,
    env: { XDG_CONFIG_HOME: folder.home },
  };
  const place = fleetPlace(folder.path("agents"), folder.dir);
  const fleet = await consentedFleet(call, place, await loadFleet(place, place.planFile, folder.dir));
  return { fleet, err: () => err.text() };
}
