import { describe, expect, it } from "vitest";
import { gatesOf } from "../testing/read-text.ts";

describe("a heading for numbers and the word of reaching them", () => {
  const plan = (heading: string): string => `# P\n\n## ${heading}\n\n- Coverage 85%\n`;

  it.each(["Metrics to achieve", "Targets we have to meet", "Goals that must be reached", "KPIs we should hit"])(
    "demands them: %s",
    (heading) => {
      expect(gatesOf(plan(heading))).toEqual(["5 = 85 %"]);
    },
  );

  it.each(["Goals reached", "Goals that we have met", "Metrics that we have achieved"])(
    "reports them: %s",
    (heading) => {
      expect(gatesOf(plan(heading))).toEqual([]);
    },
  );
});
