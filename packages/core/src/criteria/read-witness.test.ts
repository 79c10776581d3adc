import { describe, expect, it } from "vitest";
import { asksForPeople, readWitness } from "./read-witness.ts";

/** `count role [not producer] [hours]`, parts of an all-of joined by `+`. */
function told(text: string, sense: "counted" | "any" = "any"): string | null {
  const criterion = readWitness(text, sense);
  if (criterion === null) return null;
  const parts = criterion.kind === "composite" ? criterion.of : [criterion];
  return parts
    .map((part) => {
      if (part.kind !== "witness") return part.kind;
      const hours = part.withinMs === null ? "" : ` ${part.withinMs / 3_600_000}h`;
      return `${part.value} ${part.role}${part.notProducer ? " not producer" : ""}${hours}`;
    })
    .join(" + ");
}

describe("a demand on people", () => {
  it.each([
    ["1 of release-manager not producer within 48h", "1 release-manager not producer 48h"],
    ["2 of 3 reviewers", "2 reviewer"],
    ["two out of three senior reviewers approve.", "2 senior-reviewer"],
    ["at least 2 approvals", "2 null"],
    ["two approvals from the platform team", "2 platform-team"],
    ["approval from two maintainers", "2 maintainer"],
    ["approved by at least two reviewers", "2 reviewer"],
    ["sign-off by security lead within 48 hours", "1 security-lead 48h"],
    ["Sign-off by the security lead and the product owner", "1 security-lead + 1 product-owner"],
    ["two maintainers sign off, not the author, within 2 days", "2 maintainer not producer 48h"],
    ["2 of 3 reviewers (not the author)", "2 reviewer not producer"],
    ["Release notes are approved by legal", "1 legal"],
    ["Security lead sign-off", "1 security-lead"],
  ])("%s is %s", (text, expected) => {
    expect(told(text)).toBe(expected);
  });

  it.each([
    "sign-off by security lead or product owner",
    "sign-off by everyone who was there before and after",
    "sign-off by security lead within 2 business days",
    "2 of lead within 48MB",
    "4 of 3 reviewers",
    "0 approvals from legal",
    "two approvals from legal and security",
    "all reviewers approve",
    "two engineers",
    "approval rate >= 95%",
    "no sign-off",
    `sign-off by ${"a ".repeat(400)}`,
  ])("is not typed where it is not understood to its end: %s", (text) => {
    expect(told(text)).toBeNull();
  });

  it("needs a count or a time where a role alone may only describe", () => {
    expect(told("Approved by legal", "counted")).toBeNull();
    expect(told("2 of 3 reviewers", "counted")).toBe("2 reviewer");
    expect(told("sign-off by legal within 2 days", "counted")).toBe("1 legal 48h");
  });

  it("is seen even where it is not understood", () => {
    expect(asksForPeople("sign-off by someone or other within 2 days")).toBe(true);
    expect(asksForPeople("two approvals of some kind")).toBe(true);
    expect(asksForPeople("approval rate >= 95%")).toBe(false);
    expect(asksForPeople("time to review < 2h")).toBe(false);
  });
});
