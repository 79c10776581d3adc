import { createHash } from "node:crypto";

/** Least entropy of a value, bits per character, for which it is taken for a credential and not for a word. */
const LEAST_ENTROPY = 3;
/** Text that was made by chance; English and code stay below. */
const RANDOM_ENTROPY = 4.5;
const PLACEHOLDER = /^(?:<.*>|\$\{.*\}|\{\{.*\}\}|%.*%|x+|\*+|\.+)$|example|placeholder|changeme|change-me|your[-_ ]/i;

/** In the order of their precedence: one place in a file is told once. The secret is group 1, or the whole match. */
export const RULES = [
  rule("private-key", 9.5, "A private key stands in the file.", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g),
  rule("aws-access-key", 9, "An AWS access key id stands in the file.", /\b((?:AKIA|ASIA)[0-9A-Z]{16})\b/g),
  rule("github-token", 9, "A GitHub token stands in the file.", /\b(gh[pousr]_\w{36,}|github_pat_\w{60,})\b/g),
  rule("slack-token", 8, "A Slack token stands in the file.", /\b(xox[abeprs]-[\w-]{10,})/g),
  rule("google-api-key", 8, "A Google API key stands in the file.", /\b(AIza[\w-]{35})(?![\w-])/g),
  rule("stripe-key", 9, "A live Stripe key stands in the file.", /\b([rs]k_live_\w{20,})\b/g),
  rule("npm-token", 9, "An npm token stands in the file.", /\b(npm_[A-Za-z0-9]{36})\b/g),
  rule("json-web-token", 7, "A JSON web token stands in the file.", /\b(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})/g),
  rule(
    "address-with-password",
    8,
    "An address carries a password.",
    /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`]{1,80}:([^\s/@"'`]{1,80})@/gi,
    (value) => !PLACEHOLDER.test(value) && !/^[$<{]/.test(value),
  ),
  rule(
    "bearer-literal",
    7.5,
    "A bearer token is typed into the source.",
    /\bBearer ([A-Za-z0-9._~+/-]{16,})/g,
    (value) => !PLACEHOLDER.test(value) && entropyOf(value) >= LEAST_ENTROPY,
  ),
  rule(
    "credential-literal",
    7.5,
    "A credential is typed into the source.",
    /\b\w*(?:token|secret|password|passwd|api_?key|private_?key)\w*["']?\s*[:=]\s*(?:"([^"\n]{8,200})"|'([^'\n]{8,200})'|`([^`\n]{8,200})`)/gi,
    (value) => !PLACEHOLDER.test(value) && !/\s/.test(value) && entropyOf(value) >= LEAST_ENTROPY,
  ),
  rule(
    "random-literal",
    6,
    "A long value that looks like chance is typed into the source.",
    /["'`]([A-Za-z0-9+/_-]{32,200}={0,2})["'`]/g,
    (value) => isMixed(value) && entropyOf(value) >= RANDOM_ENTROPY,
  ),
];

/** Files that are full of digests; only there the rule for chance means nothing. */
const DIGESTS =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|[^/]+\.map)$/;

function rule(id, severity, text, pattern, holds = () => true) {
  return { id, severity, text, level: "error", pattern, holds };
}

/**
 * Credentials in a text, each place once.
 *
 * @param {string} file
 * @param {string} text
 * @returns {{ rule: typeof RULES[number], line: number, secret: string }[]}
 */
export function secretsIn(file, text) {
  const taken = [];
  const found = [];
  for (const candidate of RULES) {
    if (candidate.id === "random-literal" && DIGESTS.test(file)) continue;
    for (const match of text.matchAll(candidate.pattern)) {
      const secret = match.slice(1).find((group) => group !== undefined) ?? match[0];
      const start = match.index + match[0].indexOf(secret);
      const end = start + secret.length;
      if (!candidate.holds(secret) || taken.some((other) => start < other.end && end > other.start)) continue;
      taken.push({ start, end });
      found.push({ rule: candidate, line: text.slice(0, start).split("\n").length, secret });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** Names one secret in one file, so that allowing it allows no other. */
export function fingerprintOf(ruleId, file, secret) {
  return createHash("sha256").update([ruleId, file, secret].join("\0")).digest("hex").slice(0, 32);
}

/** Shannon entropy of the characters, bits per character. @param {string} text */
export function entropyOf(text) {
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

function isMixed(value) {
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
}
