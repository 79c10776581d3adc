import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cliFolder } from "./cli.ts";

const HOSTILE = `# <script>alert(1)</script> & "plan"

## Phase 1: <img src=x onerror=alert(2)>

**Automated check**: \`printf '<script>alert(6)</script>\\n' && false\`

- [ ] T-1 <b onmouseover="alert(3)">look</b> </title><svg onload=alert(4)>
- [x] T-2 [go](javascript:alert(5))

**Quality Gates**:

- [ ] <script>alert(7)</script> coverage: >=80%
- [ ] Review: </script><iframe srcdoc="x"> signed
`;

it("the HTML report shows markup of titles, gates and output as text", () => {
  const folder = cliFolder({ "p.md": HOSTILE });
  const { exit } = folder.holdpoint(["verify", "p.md", "--trust"]);
  expect([1, 2]).toContain(exit);
  const html = readFileSync(folder.path(".holdpoint/report.html"), "utf8");
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(html).not.toMatch(/<script[^>]*>\s*alert|<img|<svg[^>]*onload|<iframe|<b onmouseover/i);
  expect(html).not.toMatch(/(?:href|src)\s*=\s*["']?\s*javascript:/i);
  expect(html).not.toMatch(/<[^>]*\son\w+\s*=/i);
});

it("the JSON holds titles as they are and stays one line", () => {
  const folder = cliFolder({ "p.md": HOSTILE });
  const { out } = folder.holdpoint(["inspect", "p.md", "--json"]);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(out)).toMatchObject({ title: '<script>alert(1)</script> & "plan"' });
});
