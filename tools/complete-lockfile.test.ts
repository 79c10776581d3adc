import { expect, test } from "vitest";
import { complete, platformOf } from "./complete-lockfile.mjs";

test("the platform is told by the package's name", () => {
  expect(platformOf("@tool/cli-linux-arm64-musl")).toEqual({ os: ["linux"], cpu: ["arm64"], libc: ["musl"] });
  expect(platformOf("@tool/binding-linux-x64-gnu")).toEqual({ os: ["linux"], cpu: ["x64"], libc: ["glibc"] });
  expect(platformOf("@tool/win32-x64")).toEqual({ os: ["win32"], cpu: ["x64"], libc: null });
  expect(platformOf("@tool/extra")).toBeNull();
});

test("only what is missing is added, as optional", () => {
  const packages = {
    "node_modules/tool": {
      version: "1.0.0",
      dev: true,
      license: "MIT",
      optionalDependencies: { "tool-darwin-arm64": "1.0.0", "tool-linux-x64": "1.0.0", "tool-extra": "1.0.0" },
    },
    "node_modules/tool-linux-x64": { version: "1.0.0", optional: true },
  };
  expect(complete(packages)).toEqual(["node_modules/tool-darwin-arm64"]);
  expect(complete(packages)).toEqual([]);
  expect(packages).toHaveProperty(["node_modules/tool-darwin-arm64"], {
    version: "1.0.0",
    cpu: ["arm64"],
    dev: true,
    license: "MIT",
    optional: true,
    os: ["darwin"],
  });
});
