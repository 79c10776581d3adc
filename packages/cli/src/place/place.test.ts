import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callFolder } from "../commands/call.testing.ts";
import { ensureStateDir, lastPlan, planPlace, rememberPlan } from "./plan-place.ts";
import { readBounded } from "./read-bounded.ts";
import { displayPath, MAX_PLAN_BYTES, readPlanFile } from "./read-plan-file.ts";
import { MAX_SIDECAR_BYTES, readSidecarFile } from "./read-sidecar-file.ts";
import { makeFolder, removeFile, writeWhole } from "./write-whole.ts";

describe("the places of a plan", () => {
  it("stand beside the document", () => {
    expect(planPlace("plans/PLAN.v2.md", "/srv")).toMatchObject({
      planFile: "/srv/plans/PLAN.v2.md",
      dir: "/srv/plans",
      sidecarFile: "/srv/plans/PLAN.v2.holdpoint.yaml",
      trustFile: "/srv/plans/.holdpoint/trust.yaml",
    });
  });

  it("keep their state out of git, and leave a file of the user's there alone", () => {
    const folder = callFolder();
    const place = planPlace("PLAN.md", folder.dir);
    ensureStateDir(place);
    expect(readFileSync(join(place.stateDir, ".gitignore"), "utf8")).toBe("*\n");
    folder.write(".holdpoint/.gitignore", "*\n!report.html\n");
    ensureStateDir(place);
    expect(readFileSync(join(place.stateDir, ".gitignore"), "utf8")).toBe("*\n!report.html\n");
  });

  it("cannot be made where a file stands in the way", () => {
    const folder = callFolder({ ".holdpoint": "" });
    expect(() => ensureStateDir(planPlace("PLAN.md", folder.dir))).toThrow(expect.objectContaining({ code: "HP8005" }));
  });

  it("remember the plan that was used last, while it is there", () => {
    const folder = callFolder({ "PLAN.md": "# A\n" });
    const place = planPlace("PLAN.md", folder.dir);
    expect(lastPlan(folder.dir)).toBeNull();
    ensureStateDir(place);
    rememberPlan(place);
    expect(lastPlan(folder.dir)).toBe(place.planFile);
    removeFile(place.planFile);
    expect(lastPlan(folder.dir)).toBeNull();
    removeFile(join(place.stateDir, "last-plan"));
    mkdirSync(join(place.stateDir, "last-plan"));
    expect(lastPlan(folder.dir)).toBeNull();
  });
});

describe("a path for people", () => {
  it.each([
    ["/a/b/PLAN.md", "/a/b", "PLAN.md"],
    ["/a/b/c/PLAN.md", "/a/b", "c/PLAN.md"],
    ["/a/PLAN.md", "/a/b", "../PLAN.md"],
    ["/PLAN.md", "/a/b", "/PLAN.md"],
    ["/a/b", "/a/b", "/a/b"],
    ["/a", "/a/b", "/a"],
  ])("of %s seen from %s is %s", (file, cwd, shown) => {
    expect(displayPath(file, cwd)).toBe(shown);
  });
});

describe("a plan file", () => {
  const read = (name: string, files: Readonly<Record<string, string>> = {}): unknown => {
    const folder = callFolder(files);
    return readPlanFile(planPlace(name, folder.dir), folder.dir);
  };

  it("is read", () => {
    expect(read("PLAN.md", { "PLAN.md": "# A\n" })).toMatchObject({ title: "A" });
  });

  it.each([
    ["PLAN.md", "HP8001"],
    ["file/PLAN.md", "HP8001"],
    [".", "HP8003"],
    [`${"x".repeat(300)}.md`, "HP8002"],
  ])("that is no file (%s) is %s", (name, code) => {
    expect(() => read(name, { file: "" })).toThrow(
      expect.objectContaining({ code, definition: expect.objectContaining({ exit: 65 }) }),
    );
  });

  it("that is a link to itself is refused with the reason", () => {
    const folder = callFolder();
    symlinkSync("PLAN.md", folder.path("PLAN.md"));
    expect(() => readPlanFile(planPlace("PLAN.md", folder.dir), folder.dir)).toThrow(
      expect.objectContaining({ code: "HP8002", message: "PLAN.md cannot be opened (ELOOP)." }),
    );
  });

  it("that is too large is refused before it is read", () => {
    const folder = callFolder({ "PLAN.md": "" });
    truncateSync(folder.path("PLAN.md"), MAX_PLAN_BYTES + 1);
    expect(() => readPlanFile(planPlace("PLAN.md", folder.dir), folder.dir)).toThrow(
      expect.objectContaining({ code: "HP8004" }),
    );
  });

  it.skipIf(process.platform !== "linux")("that has no end is refused", () => {
    expect(() => readPlanFile(planPlace("/dev/zero", "/"), "/tmp")).toThrow(
      expect.objectContaining({ code: "HP8004", message: expect.stringContaining("more than 32.0 MiB") }),
    );
  });
});

describe("reading up to a bound", () => {
  it("reads as many bytes as the bound, and not one more", () => {
    const folder = callFolder({ a: "12345" });
    expect(readBounded(folder.path("a"), 5)).toMatchObject({ ok: true, bytes: new TextEncoder().encode("12345") });
    expect(readBounded(folder.path("a"), 4)).toMatchObject({ ok: false, why: "large", size: 5 });
  });
});

describe("a sidecar file", () => {
  it("is null where there is none", () => {
    const folder = callFolder();
    expect(readSidecarFile(planPlace("PLAN.md", folder.dir), folder.dir)).toBeNull();
  });

  it("keeps its byte order mark, so that it can be written back", () => {
    const folder = callFolder({ "PLAN.holdpoint.yaml": "\ufeffholdpoint: sidecar/v1\n" });
    expect(readSidecarFile(planPlace("PLAN.md", folder.dir), folder.dir)).toBe("\ufeffholdpoint: sidecar/v1\n");
  });

  it.each([
    ["a folder that holds something", (path: string) => mkdirSync(`${path}/x`, { recursive: true }), "it is a folder"],
    ["a link that leads nowhere", (path: string) => symlinkSync("gone.yaml", path), "the link leads nowhere"],
    ["not UTF-8", (path: string) => writeFileSync(path, Buffer.from([0x61, 0xff])), "it is not UTF-8"],
    [
      "too large",
      (path: string) => {
        writeFileSync(path, "");
        truncateSync(path, MAX_SIDECAR_BYTES + 1);
      },
      "it is too large",
    ],
  ])("that is %s is never taken for none", (_, make, why) => {
    const folder = callFolder();
    make(folder.path("PLAN.holdpoint.yaml"));
    expect(() => readSidecarFile(planPlace("PLAN.md", folder.dir), folder.dir)).toThrow(
      expect.objectContaining({ code: "HP8006", message: `PLAN.holdpoint.yaml cannot be opened (${why}).` }),
    );
  });
});

describe("writing a file", () => {
  it("replaces it whole and leaves no draft", () => {
    const folder = callFolder({ a: "before" });
    writeWhole(folder.path("a"), "after");
    expect(readFileSync(folder.path("a"), "utf8")).toBe("after");
    expect(readdirSync(folder.dir)).toEqual(["a"]);
  });

  it("leaves nothing behind when it cannot be done", () => {
    const folder = callFolder({ "a/b": "a folder that is not empty" });
    expect(() => writeWhole(folder.path("a"), "x")).toThrow(expect.objectContaining({ code: "HP8005" }));
    expect(readdirSync(folder.dir)).toEqual(["a"]);
    expect(() => writeWhole(folder.path("missing/a"), "x")).toThrow(expect.objectContaining({ code: "HP8005" }));
    expect(() => makeFolder(folder.path("a/b/c"), 0o700)).toThrow(expect.objectContaining({ code: "HP8005" }));
    expect(() => removeFile(folder.path("a"))).toThrow(expect.objectContaining({ code: "HP8005" }));
    expect(removeFile(folder.path("missing"))).toBe(false);
  });
});
