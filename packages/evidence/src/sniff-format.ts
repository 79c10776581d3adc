import type { ReportFormat } from "@holdpoint/contract";
import { JsonScanner } from "./json/json-scanner.ts";
import { StopReading } from "./oddities.ts";
import { DEFAULT_LIMITS } from "./reading.ts";
import { encodingOf } from "./text/text-chunks.ts";

/** Bytes at the start of a report that are enough to tell its format. */
export const SNIFF_BYTES = 16 * 1024;

/** What `npm run` and its like print before the output of the script itself: `> name@1.0.0 test`. */
const BANNER = /^(?:[ \t]*\r?\n|> [^\n]*\n)*/;

/**
 * Tells the format of a report from its first bytes ({@link SNIFF_BYTES} are enough).
 *
 * @returns null when they begin no report that is known here; the text may still hold metric lines
 */
export function sniffFormat(head: Uint8Array): Exclude<ReportFormat, "metric-lines"> | null {
  const text = headText(head).replace(BANNER, "").trimStart();
  if (text.startsWith("<")) return sniffXml(text);
  if (text.startsWith("{")) return sniffJson(text);
  const line = text.split(/\r?\n/).find((entry) => entry.trim() !== "" && !entry.startsWith("#")) ?? "";
  if (/^(?:TN:|SF:.)/.test(line)) return "lcov";
  if (/^(?:TAP version \d+|1\.\.\d+(?:\s+#.*)?|(?:not )?ok \d+(?:\s.*)?)\s*$/.test(line)) return "tap";
  return null;
}

/** How many bytes a script runner's banner and blank lines take before the output proper. */
export function bannerLength(head: Uint8Array): number {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1");
  return BANNER.exec(text)?.[0].length ?? 0;
}

function headText(head: Uint8Array): string {
  const piece = head.subarray(0, SNIFF_BYTES);
  return new TextDecoder(encodingOf(piece, false)).decode(piece);
}

function sniffXml(text: string): "junit" | "cobertura" | null {
  const markup = text.replace(/<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>/g, " ").trimStart();
  const root = /^<(?:[\w.-]+:)?([\w.-]+)([^>]*)/.exec(markup);
  if (root?.[1] === "testsuites" || root?.[1] === "testsuite") return "junit";
  // Clover's root has the same name; only Cobertura's tells rates.
  return root?.[1] === "coverage" && /\b(?:line-rate|lines-valid)\s*=/.test(root[2] ?? "") ? "cobertura" : null;
}

/** Looks at the keys that are there, as far as the head goes. */
function sniffJson(text: string): "sarif" | "ctrf" | null {
  const seen = new Set<string>();
  let sarif = false;
  let ctrf = false;
  const scanner = new JsonScanner(
    {
      wants: (path) => path === "version" || path === "$schema" || path === "reportFormat",
      value: (path, value) => {
        if (path === "reportFormat" && value === "CTRF") ctrf = true;
        if (path === "$schema" && typeof value === "string" && /sarif/i.test(value)) sarif = true;
        seen.add(path);
      },
      open: (path) => void seen.add(path),
    },
    DEFAULT_LIMITS,
  );
  try {
    scanner.write(text);
  } catch (error) {
    if (!(error instanceof StopReading)) throw error;
  }
  if (ctrf) return "ctrf";
  if (sarif || (seen.has("runs") && (seen.has("version") || seen.has("runs/*/tool")))) return "sarif";
  return seen.has("results/tests") || (seen.has("results/summary") && seen.has("results/tool")) ? "ctrf" : null;
}
