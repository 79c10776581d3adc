import { operations } from "@holdpoint/contract";
import { createClient } from "@holdpoint/sdk";
import { expect, test } from "vitest";
import { ServerLink } from "./server-link.ts";

test("a way that is broken rests, and is tried again as soon as the server is heard", async () => {
  const runtime = { now: () => 0, random: () => 0 };
  // Where no server answers.
  const link = new ServerLink(createClient({ url: "http://127.0.0.1:1", token: "none" }), runtime);
  const call = (): Promise<unknown> => link.call(operations.heartbeat, { body: { agents: ["a"] } });
  for (let failures = 0; failures < 5; failures += 1) await expect(call()).rejects.toMatchObject({ code: "HP9201" });
  expect(link.state).toBe("open");
  await expect(call()).rejects.toMatchObject({ code: "HP7303" });
  link.heard();
  expect(link.state).toBe("closed");
  await expect(call()).rejects.toMatchObject({ code: "HP9201" });
});
