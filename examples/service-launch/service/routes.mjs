/** Every route of the service. The order matters: `/health` is looked at before `/:code`. */
export const ROUTES = [
  { name: "health", method: "GET", path: "/health" },
  { name: "create", method: "POST", path: "/links" },
  { name: "inspect", method: "GET", path: "/links/:code" },
  { name: "remove", method: "DELETE", path: "/links/:code" },
  { name: "follow", method: "GET", path: "/:code" },
];

/**
 * Finds the route for a request.
 *
 * @param {string} method
 * @param {string} pathname
 * @returns {{ name: string, code: string | null } | { allow: string[] } | null} `allow` when only the method is wrong
 */
export function matchRoute(method, pathname) {
  const allow = [];
  for (const route of ROUTES) {
    const code = matchPath(route.path, pathname);
    if (code === undefined) continue;
    if (route.method === method) return { name: route.name, code };
    allow.push(route.method);
  }
  return allow.length > 0 ? { allow } : null;
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
