import { describe, expect, test } from "vitest";
import { type Workshop, workshop } from "../shared/workshop.testing.ts";

function commit(shop: Workshop, ...messages: readonly string[]): void {
  for (const message of messages) shop.git("commit", "-q", "--allow-empty", "-m", message);
}

function repository(...messages: readonly string[]): Workshop {
  const shop = workshop();
  shop.git("init", "-q");
  commit(shop, ...messages);
  return shop;
}

describe("release-notes", () => {
  test("sorts the commits since the last tag by what they are", async () => {
    const shop = repository("feat: old");
    shop.git("tag", "v1.0.0");
    commit(
      shop,
      "feat(api): list links",
      "fix: keep the quota over midnight",
      "feat!: drop the old address",
      "perf: read the table once\n\nBREAKING CHANGE: the table has\nanother name",
      "chore: tidy",
      "Mend the runbook",
    );
    const { outcome, summary, evidence, artifacts } = await shop.attempt("release-notes", {
      args: ["--title", "Version 2"],
    });
    expect([outcome, artifacts]).toEqual(["done", ["build/release-notes.md"]]);
    expect(summary).toBe("6 commits since v1.0.0, 5 told in build/release-notes.md");
    expect(evidence).toEqual({ commits: "6", breaking_changes: "2" });
    const notes = shop.read("build/release-notes.md").replaceAll(/ \([0-9a-f]{8}\)/g, "");
    expect(notes).toBe(
      [
        "# Version 2",
        "",
        "Since v1.0.0.",
        "",
        "## Breaking changes",
        "",
        "- read the table once. the table has another name",
        "- drop the old address",
        "",
        "## Features",
        "",
        "- **api**: list links",
        "",
        "## Fixes",
        "",
        "- keep the quota over midnight",
        "",
        "## Other changes",
        "",
        "- Mend the runbook",
        "",
        "1 commit of maintenance not listed.",
        "",
      ].join("\n"),
    );
  });

  test("begins at the beginning where there is no tag, and writes where it is told", async () => {
    const shop = repository("feat: first", "docs: say how");
    const { exit, metrics } = await shop.check("release-notes", ["--all", "--report", "NOTES.md"]);
    expect([exit, metrics["commits"]]).toEqual([0, "2"]);
    expect(shop.read("NOTES.md")).toContain("- say how (");
  });

  test("fails without a commit to tell of", async () => {
    const shop = repository("feat: first");
    shop.git("tag", "v1");
    const { exit, stdout, stderr } = await shop.check("release-notes");
    expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining("no commit between v1 and HEAD")]);
  });

  test.each(["v9", "--output=x"])("refuses %s as a place to begin", async (ref) => {
    const { exit, stderr } = await repository("feat: first").check("release-notes", [`--from=${ref}`]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`there is no commit ${ref}`)]);
  });

  test("cannot work outside of a repository", async () => {
    expect((await workshop().check("release-notes", ["--health"])).exit).toBe(1);
    expect((await workshop().check("release-notes")).exit).toBe(2);
  });
});
