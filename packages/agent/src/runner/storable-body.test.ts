import { operations } from "@holdpoint/contract";
import { expect, test } from "vitest";
import { storableBody } from "./storable-body.ts";

test("what an agent says cannot make its report unacceptable, and the content of report files stays as it is", () => {
  const evidence = [{ type: "report", name: "a\0.xml", content: "<\0>" }];
  const body = { summary: "do\0ne \ud800 😀", result: { exitCode: 0 }, evidence };
  expect(storableBody(operations.completeAttempt, body)).toEqual({
    summary: "do\ufffdne \ufffd 😀",
    result: { exitCode: 0 },
    evidence: [{ type: "report", name: "a\ufffd.xml", content: "<\0>" }],
  });
  expect(body.summary).toContain("\0");
});

test("what is called content elsewhere is what an agent says, as names of fields are", () => {
  const result = { content: "\0", "k\0": { content: "\ud800" } };
  expect(storableBody(operations.completeAttempt, { result })).toEqual({
    result: { content: "\ufffd", "k\ufffd": { content: "\ufffd" } },
  });
  expect(storableBody(operations.failAttempt, { reason: "no\0" })).toEqual({ reason: "no\ufffd" });
});
