// @ts-check
/** Licences that ask for no more than to keep their notice. SPDX identifiers. */
const PERMITTED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/**
 * Whether an SPDX expression can be satisfied with permitted licences: any side of OR, both sides of AND. What cannot be
 * read (`SEE LICENSE IN …`, `WITH` exceptions, `+`) is not permitted, so that somebody looks at it.
 *
 * @param {string | null} expression
 * @returns {boolean}
 */
export function isPermitted(expression) {
  const tokens = (expression ?? "").match(/\(|\)|[^\s()]+/g) ?? [];
  const at = { index: 0 };
  const result = either(tokens, at);
  return result && at.index === tokens.length;
}

/** @param {string[]} tokens @param {{ index: number }} at @returns {boolean} */
function either(tokens, at) {
  let result = both(tokens, at);
  while (tokens[at.index] === "OR") {
    at.index += 1;
    const right = both(tokens, at);
    result = result || right;
  }
  return result;
}

/** @param {string[]} tokens @param {{ index: number }} at @returns {boolean} */
function both(tokens, at) {
  let result = one(tokens, at);
  while (tokens[at.index] === "AND") {
    at.index += 1;
    const right = one(tokens, at);
    result = result && right;
  }
  return result;
}

/** @param {string[]} tokens @param {{ index: number }} at @returns {boolean} */
function one(tokens, at) {
  const token = tokens[at.index];
  at.index += 1;
  if (token !== "(") return token !== undefined && PERMITTED.has(token);
  const inner = either(tokens, at);
  const isClosed = tokens[at.index] === ")";
  at.index += 1;
  return inner && isClosed;
}
