import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { firstMissingLine, readDocsPage } from "./docs-blocks.ts";
import { runDocsPage } from "./run-docs-page.ts";

const root = mkdtempSync(join(tmpdir(), "holdpoint-docs-test-"));
const launcher = join(root, "launcher.mjs");
writeFileSync(
  launcher,
  'console.log(`holdpoint ${process.argv.slice(2).join(" ")}`); process.exitCode = process.argv[2] === "fail" ? 2 : 0;\n',
);
writeFileSync(join(root, "seen.txt"), "from the repository\n");

afterAll(() => rmSync(root, { recursive: true, force: true }));

function page(...blocks: readonly string[]): string {
  return blocks.join("\n\n");
}

function run(markdown: string): ReturnType<typeof runDocsPage> {
  return runDocsPage(readDocsPage(markdown), { root, launcher, timeoutMs: 2000 });
}

describe("the commands that the docs show", () => {
  test("are run in order, in one folder, with the files that the page writes", () => {
    const result = run(
      page(
        "```markdown file=plans/PLAN.md\n# A plan\n```",
        "```sh test\ncat plans/PLAN.md\nholdpoint inspect plans/PLAN.md > out.txt\n```",
        "```text output\n# A plan\n```",
        "```sh test\ncat out.txt\n```",
        "```text output\nholdpoint … plans/PLAN.md\n```",
      ),
    );
    expect(result).toEqual({ ran: 2, failures: [] });
  });

  test("have to end with the exit code that the page says", () => {
    expect(run("```sh test exit=2\nholdpoint fail\n```").failures).toEqual([]);
    expect(run("```sh test\nholdpoint fail\n```").failures[0]?.what).toBe("ended with 2, not with 0");
    expect(run("```sh test exit=1\nholdpoint fail\n```").failures[0]?.what).toBe("ended with 2, not with 1");
  });

  test("have to print what the page shows", () => {
    const result = run(page("```sh test\necho one\n```", "```text output\ntwo\n```"));
    expect(result.failures).toEqual([{ line: 1, what: "did not print: two", printed: "one\n" }]);
  });

  test("can work in a copy of a folder of the repository", () => {
    const result = run(
      page("```sh test in=.\ncat seen.txt\nrm seen.txt\n```", "```text output\nfrom the repository\n```"),
    );
    expect(result.failures).toEqual([]);
    expect(run("```sh test in=.\ncat seen.txt\n```").failures).toEqual([]);
  });

  test("are ended when they do not end by themselves", () => {
    const result = runDocsPage(readDocsPage("```sh test\nexec sleep 30\n```"), { root, launcher, timeoutMs: 200 });
    expect(result.failures[0]?.what).toContain("did not end by itself");
  });

  test("stop at the first command that fails", () => {
    expect(run("```sh test\nfalse\necho unseen\n```").failures[0]?.printed).toBe("");
  });

  test("cannot write out of the page's folder", () => {
    expect(run("```text file=../x\nno\n```").failures[0]?.what).toContain("leads out");
  });
});

describe("readDocsPage", () => {
  test("counts a block of commands without a mark as a mistake", () => {
    expect(readDocsPage("# A\n\n```sh\nrm -rf x\n```\n").mistakes).toEqual([
      { line: 3, what: 'say `sh test` or `sh shown="reason"`' },
    ]);
  });

  test("counts an output without commands as a mistake", () => {
    expect(readDocsPage("```text output\nx\n```").mistakes).toHaveLength(1);
  });

  test("counts an exit code that is none as a mistake", () => {
    expect(readDocsPage("```sh test exit=two\nx\n```").mistakes).toHaveLength(1);
  });

  test("gives the reason for a block that is only shown", () => {
    expect(readDocsPage('```sh shown="needs a clone"\ngit clone x\n```').shown).toEqual([
      { line: 1, reason: "needs a clone" },
    ]);
  });

  test("does not look into longer fences", () => {
    expect(readDocsPage("````markdown\n```sh\nx\n```\n````\n")).toEqual({ steps: [], shown: [], mistakes: [] });
  });

  test("leaves other languages alone", () => {
    expect(readDocsPage("```yaml\na: b\n```\n~~~\nplain\n~~~\n")).toEqual({ steps: [], shown: [], mistakes: [] });
  });
});

describe("firstMissingLine", () => {
  test("wants the lines in their order", () => {
    expect(firstMissingLine("a\nb\n", ["a", "b"])).toBeNull();
    expect(firstMissingLine("b\na\n", ["a", "b"])).toBe("b");
  });

  test("takes any blanks for a space and anything for an ellipsis", () => {
    expect(firstMissingLine("  Claimed   97 %  Verified 41 %\n", ["Claimed … % Verified 41 %"])).toBeNull();
    expect(firstMissingLine("a.c", ["a?c"])).toBe("a?c");
  });
});
