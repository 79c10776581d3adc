import { expect, test } from "vitest";
import { storableBody } from "./storable-body.ts";

test("what an agent says cannot make its report unacceptable, and the content of report files stays as it is", () => {
  const evidence = [{ type: "report", name: "a\0.xml", content: "<\0>" }];
  expect(storableBody({ summary: "do\0ne \ud800 😀", result: { exitCode: 0 }, evidence })).toEqual({
    summary: "do\ufffdne \ufffd 😀",
    result: { exitCode: 0 },
    evidence: [{ type: "report", name: "a\ufffd.xml", content: "<\0>" }],
  });
});
