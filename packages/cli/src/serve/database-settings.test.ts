import { describe, expect, test } from "vitest";
import { databaseSettings } from "./database-settings.ts";

describe("the settings of the database", () => {
  test("are the store's own where nothing is said", () => {
    expect(databaseSettings({ HOLDPOINT_DATABASE_POOL: "" })).toEqual({});
  });

  test("come from the environment", () => {
    const env = { HOLDPOINT_DATABASE_POOL: "20", HOLDPOINT_READ_TIMEOUT_MS: "0" };
    expect(databaseSettings(env)).toEqual({ poolSize: 20, readTimeoutMs: 0 });
  });

  test.each([
    ["HOLDPOINT_DATABASE_POOL", "1"],
    ["HOLDPOINT_DATABASE_POOL", "many"],
    ["HOLDPOINT_READ_TIMEOUT_MS", "-1"],
    ["HOLDPOINT_READ_TIMEOUT_MS", "30s"],
    ["HOLDPOINT_READ_TIMEOUT_MS", "3600001"],
  ])("are refused when %s is %s", (name, value) => {
    expect(() => databaseSettings({ [name]: value })).toThrow(expect.objectContaining({ code: "HP8048" }));
  });
});
