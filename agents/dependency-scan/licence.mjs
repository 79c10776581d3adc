/**
 * Whether an SPDX expression can be fulfilled with allowed licences: one side of `OR`, both of `AND`.
 *
 * @param {string} expression such as `(MIT OR GPL-2.0-only) AND ISC`
 * @param {readonly string[]} allowed
 */
export function isAllowed(expression, allowed) {
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let holds = both();
    while (tokens[at] === "OR") {
      at += 1;
      holds = both() || holds;
    }
    return holds;
  };
  const both = () => {
    let holds = one();
    while (tokens[at] === "AND") {
      at += 1;
      holds = one() && holds;
    }
    return holds;
  };
  const one = () => {
    const token = tokens[at];
    at += 1;
    if (token === "(") {
      const holds = either();
      if (tokens[at] !== ")") return false;
      at += 1;
      return holds;
    }
    const named = tokens[at] === "WITH" ? [token, ...tokens.slice(at, at + 2)].join(" ") : token;
    if (named !== token) at += 2;
    return allowed.includes(named);
  };
  const holds = either();
  // What is left over was not understood, and allows nothing.
  return holds && at === tokens.length;
}

/** Whether a version comes before another; a prerelease comes before its release. What is no version comes before all. */
export function isBelow(version, limit) {
  const [a, b] = [parts(version), parts(limit)];
  if (a === null || b === null) return true;
  for (const index of [0, 1, 2]) if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] < b.numbers[index];
  return a.prerelease && !b.prerelease;
}

function parts(version) {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(version);
  return match && { numbers: match.slice(1, 4).map(Number), prerelease: match[4] !== undefined };
}
