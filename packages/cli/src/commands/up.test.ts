import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS, settings } from "@holdpoint/contract";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../command-table.ts";
import { callFolder } from "./call.testing.ts";
import { run } from "./up.ts";

const SOURCES = join(import.meta.dirname, "..", "..", "..");

describe("the settings of holdpoint up", () => {
  test("are options, each with the default of the table", () => {
    const options = COMMANDS.find(({ name }) => name === "up")?.options ?? [];
    const wrong = SETTINGS.flatMap(({ name, standard }) => {
      const option = options.find(({ flags }) => flags.startsWith(`--${name} `));
      const hasDefault = standard === null || ["", "."].includes(standard) || option?.default?.includes(standard);
      return option !== undefined && hasDefault ? [] : [`${name}: ${option?.default} instead of ${standard}`];
    });
    expect(wrong).toEqual([]);
  });

  test("do something: each is read somewhere", () => {
    const files = ["cli", "server"].flatMap((room) => {
      const folder = join(SOURCES, room, "src");
      return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !/\.(test|testing)\.ts$/.test(name))
        .map((name) => readFileSync(join(folder, name), "utf8"));
    });
    const unread = Object.keys(settings).filter((name) => !files.some((text) => text.includes(`settings.${name})`)));
    expect(unread).toEqual([]);
  });

  test.each([
    [{ rateLimit: "many" }, "--rate-limit"],
    [{ bodyLimit: "3" }, "--body-limit"],
    [{ retentionEvents: "90" }, "--retention-events"],
  ])("are refused as options when they are malformed: %j", async (options, named) => {
    const { code, err } = await callFolder().call(run, [], options);
    expect(code).toBe(64);
    expect(err).toContain(named);
  });
});
