import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inTreeOrder } from "./html-plan.ts";
import { renderHtml } from "./html-report.ts";
import { PALETTES, type Palette } from "./html-style.ts";
import { escapeHtml, html, toText, trusted } from "./html-text.ts";
import {
  fullReport,
  sampleAttempt,
  sampleCheck,
  sampleGate,
  sampleItem,
  sampleReport,
} from "./sample-report.testing.ts";

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\`&amp;</style></title></pre></details>`;

/** Tags of a page, in order, without the style sheet. */
const tagsOf = (page: string): string[] => page.replace(/<style>[^]*?<\/style>/, "").match(/<\/?[a-zA-Z][^>]*>/g) ?? [];
const textOf = (page: string): string =>
  page
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

/** A report in which every text from outside is the given one. */
function saying(text: string) {
  const gate = {
    key: text,
    metric: text,
    text,
    explanation: text,
    hint: text,
    next: text,
    suggestion: text,
    evidence: [text, text],
  };
  return fullReport({
    plan: { title: text, digest: text, path: text },
    subject: { commit: text, tree: text, dirty: false },
    isolation: { level: "none", reason: text },
    gates: [
      sampleGate({
        ...gate,
        verdict: "fail",
        reason: "violated",
        turns: [
          { at: text, verdict: "fail", reason: "met" },
          { at: text, verdict: "pass", reason: "met" },
        ],
      }),
    ],
    items: [sampleItem({ id: text, title: text })],
    checks: [sampleCheck({ id: text, command: text, metrics: [text], anomalies: [text], tail: text, evidence: text })],
    notAllowed: [{ line: 1, command: text }],
    problems: [{ code: text, severity: "error", kind: text, line: 1, lines: [1], message: text, hint: text }],
    work: {
      tasks: { accepted: 0, open: 0, held: 0, dead: 1, total: 1 },
      attempts: [sampleAttempt({ task: text, title: text, agent: text, summary: text })],
      waitsFor: [{ kind: "person", what: text, next: text }],
      writtenBack: [{ line: 1, title: text, claimed: "done" }],
    },
  });
}

describe("text from outside", () => {
  it("never becomes a tag, wherever it stands", () => {
    const page = renderHtml(saying(EVIL));
    const harmless = renderHtml(saying("harmless"));
    expect(page).not.toMatch(/<script|<img/i);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    // The same tags in the same order as with harmless text: nothing was opened, closed or added by it.
    const names = (tags: string[]) => tags.map((tag) => /^<\/?[a-zA-Z]+/.exec(tag)?.[0]);
    expect(names(tagsOf(page))).toEqual(names(tagsOf(harmless)));
  });

  it("holds no control characters, half surrogates or marks that reorder it", () => {
    const page = renderHtml(saying("a\u0000\u001b[31m\u202eb\ud800\u2066c"));
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(page).not.toMatch(/[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u);
  });

  it("has a direction of its own", () => {
    expect(renderHtml(saying("إطلاق الخدمة"))).toContain("<bdi>إطلاق الخدمة</bdi>");
  });

  it("of ten thousand characters is clipped where it stands, with the whole a click away", () => {
    const page = renderHtml(sampleReport({ items: [sampleItem({ title: `${"😀".repeat(400)}${"b".repeat(9600)}` })] }));
    expect(page).toContain(`<bdi>${"😀".repeat(280)}…</bdi>`);
    expect(page).toMatch(/<summary>whole text<\/summary><bdi>(?:😀){400}b{9600}<\/bdi>/u);
    expect(renderHtml(sampleReport({ plan: { title: "t".repeat(10_000), digest: "", path: "p" } }))).not.toContain(
      "t".repeat(201),
    );
  });

  it("is escaped so that the text comes back when a browser reads it", () => {
    const back = (text: string) =>
      text.replace(
        /&(lt|gt|quot|#39|#96|amp);/g,
        (_, name: string) => ({ lt: "<", gt: ">", quot: '"', "#39": "'", "#96": "`", amp: "&" })[name] ?? "",
      );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]/);
        expect(back(escapeHtml(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });
});

describe("the page", () => {
  it("asks nothing of the outside and runs nothing, and its policy says so", () => {
    const page = renderHtml(fullReport());
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/<script|<link|<iframe|@import|url\(|\ssrc=|\son\w+=|https?:/i);
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, target]) => target?.startsWith("#"))).toBe(true);
  });

  it("has one target for each of its links", () => {
    const page = renderHtml(fullReport());
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("closes every tag that it opens, also when it is empty", () => {
    for (const report of [fullReport(), sampleReport(), saying("x".repeat(500))]) {
      const open: string[] = [];
      const crossed: string[] = [];
      for (const tag of tagsOf(renderHtml(report))) {
        const name = /^<\/?([a-zA-Z0-9]+)/.exec(tag)?.[1] ?? "";
        if (/^(meta|br|input|hr)$/.test(name) || tag.endsWith("/>")) continue;
        if (!tag.startsWith("</")) open.push(name);
        else if (open.pop() !== name) crossed.push(tag);
      }
      expect({ open, crossed }).toEqual({ open: [], crossed: [] });
    }
  });

  it("has landmarks, one first heading, captions and scopes for readers by ear", () => {
    const page = renderHtml(fullReport());
    for (const tag of ["<header>", '<main id="main">', "<footer>", '<nav aria-label="Sections">', '<html lang="en">'])
      expect(page).toContain(tag);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page.match(/<table/g)?.length).toBe(page.match(/<caption/g)?.length);
    expect([...page.matchAll(/<th [^>]*>/g)].every(([tag]) => tag.includes('scope="'))).toBe(true);
  });

  it("puts claimed beside verified first, and never rounds up", () => {
    const page = renderHtml(fullReport({ claimed: 1, verified: 0.9999 }));
    expect(page.indexOf(">Claimed</dt>")).toBeLessThan(page.indexOf(">Verified</dt>"));
    expect(textOf(page)).toMatch(/Claimed 100 %.*Verified 99 %/);
    expect(page).toContain("<title>Verified 99 % · Parcel tracker launch</title>");
  });

  it("tells each verdict by a word and a shape, not by colour alone", () => {
    const page = renderHtml(fullReport());
    for (const [kind, word] of [
      ["pass", "pass"],
      ["fail", "fail"],
      ["inconclusive", "inconclusive"],
      ["waived", "pass \\(waived\\)"],
    ]) {
      expect(page).toMatch(new RegExp(`badge-${kind}"><svg[^>]*><use href="#shape-${kind}"/></svg>${word}</span>`));
    }
  });

  it("says when it was made, from the report and not from a clock", () => {
    expect(renderHtml(fullReport())).toBe(renderHtml(fullReport()));
    expect(textOf(renderHtml(fullReport()))).toContain("Made by Holdpoint at 2026-03-02 10:01:12 UTC");
  });
});

describe("its sections", () => {
  const text = textOf(renderHtml(fullReport()));

  it("show what holds and what each waits for, with the command", () => {
    expect(text).toMatch(/What holds .*response_time_p95 .*612 ms/);
    expect(text).toContain("holdpoint gate sign launch/launch_review --plan PLAN.md");
    expect(text).toMatch(/Waits for .*out of tries.*holdpoint task redrive T-7/);
  });

  it("show every gate with what it rests on", () => {
    expect(text).toMatch(/line_coverage &gt;=90% critical pass met · fresh line_coverage is 93\.1 %.*E2 4f4f4f4f4f4f/);
    expect(text).toContain("Hint: print error_rate=0.4%");
    expect(text).toContain("turned in this run");
  });

  it("show the sidecar lines of all gates to bind, however many", () => {
    const gates = Array.from({ length: 40 }, (_, index) =>
      sampleGate({
        key: `g${index}`,
        verdict: "inconclusive",
        reason: "unbound",
        evidence: [],
        suggestion: `gates:\n  g${index}:\n    check: x`,
      }),
    );
    const page = textOf(renderHtml(sampleReport({ gates })));
    expect(page).toContain("g39:");
    expect(page.match(/gates: g0:/g)).toHaveLength(1);
  });

  it("show the plan with what is claimed beside what is verified, and how many ticks are not", () => {
    expect(text).toContain("claimed done, not verified 5");
    expect(text).toMatch(/T-9 Roll out to five percent of the traffic task done inconclusive/);
  });

  it("show checks with the end of their output, and what had no consent", () => {
    const page = renderHtml(fullReport());
    expect(page).toContain("<summary>end of its output</summary>");
    expect(page).toContain("&lt;b&gt;4 of 1,000 requests failed&lt;/b&gt;");
    expect(text).toContain("1 command had no consent to run.");
    expect(text).toMatch(/timed out after 1 min 00 s .*no evidence/);
    const odd = [
      sampleCheck({ outcome: "killed" }),
      sampleCheck({ outcome: "not_started" }),
      sampleCheck({ outcome: "failed", exitCode: null }),
    ];
    expect(textOf(renderHtml(sampleReport({ checks: odd })))).toMatch(/killed.*could not start.*exit unknown/);
  });

  it("show attempts as bars within the time of the run", () => {
    const bars = [...renderHtml(fullReport()).matchAll(/left:([\d.]+)%;width:([\d.]+)%/g)].map(
      ([, left, width]) => [Number(left), Number(width)] as const,
    );
    expect(bars).toHaveLength(5);
    for (const [left, width] of bars) expect(left + width).toBeLessThanOrEqual(100.01);
    expect(bars[0]?.[0]).toBe(0);
  });

  it("show attempts without bars where their times say nothing", () => {
    const work = { ...fullReport().work!, attempts: [sampleAttempt({ startedAt: "x", endedAt: "y", title: "" })] };
    const page = renderHtml(fullReport({ work }));
    expect(page).not.toContain('class="track"');
    expect(textOf(page)).toContain("T-1");
    expect(
      textOf(renderHtml(fullReport({ work: { ...work, attempts: [], waitsFor: [], writtenBack: [] } }))),
    ).toContain("2 of 7 tasks accepted");
  });

  it("count attempts that would make the page too heavy", () => {
    const attempts = Array.from({ length: 2003 }, () => sampleAttempt());
    expect(textOf(renderHtml(fullReport({ work: { ...fullReport().work!, attempts } })))).toContain(
      "and 3 more attempts, not shown here",
    );
  });

  it("show problems, subject and isolation", () => {
    expect(text).toMatch(/error status conflict · HP1203 .*8, 64/);
    expect(text).toMatch(/Isolation none : checks could have written the evidence store \( user namespaces/);
    expect(text).toContain("with changes that are not committed");
    expect(textOf(renderHtml(sampleReport({ subject: null })))).toContain("not recorded");
    expect(textOf(renderHtml(sampleReport({ subject: { commit: null, tree: "sha256:aa", dirty: false } })))).toContain(
      "no git",
    );
  });

  it("that have nothing to show say so and how to begin", () => {
    const empty = textOf(renderHtml(sampleReport()));
    expect(empty).toContain("The plan has no gate, so nothing in it can be verified.");
    expect(empty).toContain("- [ ] Line coverage: &gt;=90%");
    expect(empty).toContain("No check ran.");
    expect(empty).toContain("holds no phase, step, task or criterion");
    expect(empty).not.toMatch(/What holds|Attempts|Problems/);
  });
});

describe("inTreeOrder", () => {
  it("puts items after their parents, with their depth, and loses none to circles or unknown parents", () => {
    const items = [
      sampleItem({ key: "child", parent: "root" }),
      sampleItem({ key: "root" }),
      sampleItem({ key: "lost", parent: "nowhere" }),
      sampleItem({ key: "a", parent: "b" }),
      sampleItem({ key: "b", parent: "a" }),
    ];
    expect(inTreeOrder(items).map(({ item, depth }) => `${item.key}${depth}`)).toEqual([
      "root0",
      "child1",
      "lost0",
      "a0",
      "b1",
    ]);
  });

  it("bears a plan that is nested ten thousand deep", () => {
    const items = Array.from({ length: 10_000 }, (_, index) =>
      sampleItem({ key: `k${index}`, parent: index === 0 ? null : `k${index - 1}` }),
    );
    expect(inTreeOrder(items).at(-1)?.depth).toBe(9999);
  });
});

describe("html", () => {
  it("escapes text, keeps safe pieces, joins lists, and drops nothings", () => {
    expect(toText(html`<p>${"<b>"}${trusted("<i>")}${["a&", html`<u>${1}</u>`]}${null}${false}</p>`)).toBe(
      "<p>&lt;b&gt;<i>a&amp;<u>1</u></p>",
    );
  });
});

describe("colours", () => {
  const channel = (part: string): number => {
    const value = Number.parseInt(part, 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (color: string): number =>
    0.2126 * channel(color.slice(1, 3)) + 0.7152 * channel(color.slice(3, 5)) + 0.0722 * channel(color.slice(5, 7));
  const contrast = (a: string, b: string): number => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
  };

  it.each(Object.entries(PALETTES))("have a contrast of at least 4.5 to 1 in the %s scheme", (_, palette: Palette) => {
    const texts = ["ink", "quiet", "link", "pass", "fail", "unproven", "waived"] as const;
    for (const text of texts) {
      for (const ground of ["ground", "panel", "unproven-ground"] as const) {
        expect(contrast(palette[text], palette[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const tone of ["pass", "fail", "unproven"] as const)
      expect(contrast(palette[tone], palette[`${tone}-ground`])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.ink, palette.well)).toBeGreaterThanOrEqual(4.5);
  });
});
