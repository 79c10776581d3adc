/** Every route of the service. */
export const ROUTES = [
  { name: "health", method: "GET", path: "/health" },
  { name: "create", method: "POST", path: "/links" },
  { name: "inspect", method: "GET", path: "/links/:code" },
  { name: "remove", method: "DELETE", path: "/links/:code" },
  { name: "follow", method: "GET", path: "/:code" },
];

/**
 * Finds the route for a request. A path that is written out, such as `/health`, goes before one with a code.
 *
 * @param {string} method
 * @param {string} pathname
 * @returns {{ name: string, code: string | null } | { allow: string[] } | null} `allow` when only the method is wrong
 */
export function matchRoute(method, pathname) {
  const literal = ROUTES.filter((route) => route.path === pathname);
  const found = literal.length > 0 ? literal : ROUTES.filter((route) => matchPath(route.path, pathname) !== undefined);
  const route = found.find((candidate) => candidate.method === method);
  if (route) return { name: route.name, code: matchPath(route.path, pathname) ?? null };
  return found.length > 0 ? { allow: found.map((candidate) => candidate.method) } : null;
}

/** The code in the path, null where the route has none, undefined where the path is another one. */
function matchPath(pattern, pathname) {
  const wanted = pattern.split("/");
  const given = pathname.split("/");
  if (wanted.length !== given.length) return undefined;
  let code = null;
  for (const [index, part] of wanted.entries()) {
    if (part === ":code" && given[index]) code = given[index];
    else if (part !== given[index]) return undefined;
  }
  return code;
}
