/** A node and what it waits for. */
export interface Dependent {
  readonly key: string;
  readonly dependsOn: readonly string[];
}

/**
 * Finds one circle of dependencies, or null when there is none.
 *
 * Depth-first without recursion, so that a chain of any length fits. The answer begins and ends with the same key, each
 * waiting for the next.
 */
export function findCycle(nodes: readonly Dependent[]): readonly string[] | null {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const done = new Set<string>();
  for (const node of nodes) {
    const found = done.has(node.key) ? null : searchFrom(node, byKey, done);
    if (found !== null) return found;
  }
  return null;
}

function searchFrom(
  start: Dependent,
  byKey: ReadonlyMap<string, Dependent>,
  done: Set<string>,
): readonly string[] | null {
  const path: { readonly node: Dependent; next: number }[] = [{ node: start, next: 0 }];
  const onPath = new Set([start.key]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const key = top.node.dependsOn[top.next];
    top.next += 1;
    if (key === undefined) {
      path.pop();
      onPath.delete(top.node.key);
      done.add(top.node.key);
      continue;
    }
    if (onPath.has(key))
      return circle(
        path.map((step) => step.node.key),
        key,
      );
    const node = done.has(key) ? undefined : byKey.get(key);
    if (node === undefined) continue;
    path.push({ node, next: 0 });
    onPath.add(key);
  }
  return null;
}

function circle(path: readonly string[], key: string): readonly string[] {
  return [...path.slice(path.indexOf(key)), key];
}
