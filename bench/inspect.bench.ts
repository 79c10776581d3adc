import { GFM, parser } from "@lezer/markdown";
import { readPlan } from "../packages/core/src/document/read-plan.ts";

/** A Markdown plan with the given number of tasks: phases, steps, ids, states, dependencies and criteria as plans have them. */
export function planWithTasks(count: number): string {
  const lines = ["# A plan for measuring", ""];
  for (let i = 0; i < count; i += 1) {
    if (i % 100 === 0) {
      const phase = i / 100 + 1;
      lines.push("", `## Phase ${phase}: Part ${phase} (Weeks ${phase * 2 - 1}-${phase * 2})`, "");
      lines.push("**Owner**: team-lead", "**Status**: In progress", "");
    }
    const box = i % 3 === 0 ? "x" : " ";
    const after = i % 5 === 4 ? ` (depends on T${i - 1})` : "";
    lines.push(`- [${box}] T${i} **Build part ${i}** of the \`service\` in src/part-${i}.ts${after}`);
    if (i % 10 === 9) lines.push("  - Write the tests first", "  - Keep the interface small");
  }
  return `${lines.join("\n")}\n`;
}

/** Shortest of several runs, in milliseconds. */
function best(run: () => void, runs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i += 1) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function main(argv: readonly string[]): void {
  const short = argv.includes("--short");
  const bare = parser;
  const gfm = parser.configure(GFM);
  const encoder = new TextEncoder();
  const measure = (tasks: number, runs: number, parses = runs): Measured => {
    const text = planWithTasks(tasks);
    const bytes = encoder.encode(text);
    return {
      bareMs: best(() => void bare.parse(text), parses),
      gfmMs: best(() => void gfm.parse(text), parses),
      readMs: best(() => void readPlan(bytes, { fileName: "PLAN.md" }), runs),
    };
  };
  measure(2000, 3);
  const small = measure(20_000, short ? 4 : 7);
  const large = short ? measure(200_000, 1, 0) : measure(200_000, 3);
  const ratios = {
    inspect_vs_bare_parse: small.readMs / small.bareMs,
    inspect_vs_gfm_parse: small.readMs / small.gfmMs,
    inspect_growth_20k_to_200k: large.readMs / small.readMs / 10,
  };
  if (!argv.includes("--json")) {
    const rows = [
      ["20,000 tasks", small],
      ["200,000 tasks", large],
    ] as const;
    const inMs = (time: number): string => (Number.isFinite(time) ? `${time.toFixed(0)} ms` : "not measured");
    for (const [name, { bareMs, gfmMs, readMs }] of rows)
      console.log(`${name}: parse ${inMs(bareMs)} (GFM ${inMs(gfmMs)}), read ${inMs(readMs)}`);
    for (const [key, words] of Object.entries(WORDS)) console.log(`${words}: ${ratios[key as Ratio].toFixed(2)}`);
  }
  console.log(JSON.stringify({ ratios }));
}

interface Measured {
  readonly bareMs: number;
  readonly gfmMs: number;
  readonly readMs: number;
}

type Ratio = keyof typeof WORDS;

/** What each ratio means, for people. */
const WORDS = {
  inspect_vs_bare_parse: "inspect / bare CommonMark parse, 20,000 tasks (at most 2)",
  inspect_vs_gfm_parse: "inspect / bare GFM parse, 20,000 tasks (at most 2)",
  inspect_growth_20k_to_200k: "inspect time per task, 200,000 / 20,000 tasks (linear: about 1)",
};

if (process.argv[1]?.endsWith("inspect.bench.ts") === true) main(process.argv.slice(2));
