import { describe, expect, test } from "vitest";
import { workshop } from "../shared/workshop.testing.ts";

const FILES = {
  "src/a.js": "// TODO: later\nlet todo = 1; // FIXME HACK\n",
  "src/b.py": "# nothing\n",
  "node_modules/x/index.js": "// TODO of others\n",
  "vendor/y.go": "// TODO of others\n",
  "lib/generated/z.js": "// TODO by a generator\n",
  "photo.bin": new Uint8Array([84, 79, 68, 79, 0]),
};

describe("todo-count", () => {
  test("counts in the project's own files and hands over where they stand", async () => {
    const shop = workshop(FILES);
    const { outcome, evidence, artifacts } = await shop.attempt("todo-count", { args: ["--except", "generated"] });
    expect(outcome).toBe("done");
    expect(evidence).toMatchObject({ todo_count: "3", todo_count_todo: "1", todo_count_hack: "1", files_scanned: "2" });
    expect(artifacts).toEqual(["build/todo.txt"]);
    expect(shop.read("build/todo.txt").split("\n")[0]).toBe("src/a.js:1: // TODO: later");
  });

  test("leaves out what git ignores", async () => {
    const shop = workshop({ ...FILES, ".gitignore": "lib/\n" });
    shop.git("init", "-q");
    expect((await shop.check("todo-count")).metrics).toMatchObject({ todo_count: "3", files_scanned: "3" });
  });

  test("fails above the most that is allowed", async () => {
    expect((await workshop(FILES).check("todo-count", ["--most", "3", "src"])).exit).toBe(0);
    const { exit, metrics } = await workshop(FILES).check("todo-count", ["--most", "2", "src"]);
    expect([exit, metrics["todo_count"]]).toEqual([1, "3"]);
  });

  test("gives no number when nothing was read", async () => {
    const { exit, stdout } = await workshop().check("todo-count");
    expect([exit, stdout]).toEqual([2, ""]);
    expect((await workshop(FILES).check("todo-count", ["nowhere"])).stderr).toContain("nowhere is not there");
  });

  test("refuses words that are none", async () => {
    expect((await workshop(FILES).check("todo-count", ["--words", "TODO|.*"])).exit).toBe(64);
  });
});
