import type { PlanDocument, WorkGraph, WorkNode } from "@holdpoint/core";

/** A graph of layers in which each task waits for `fanIn` tasks of the layer above. */
export function layeredGraph(layers: number, width: number, fanIn: number): WorkGraph {
  const nodes = Array.from({ length: layers * width }, (_, position): WorkNode => {
    const layer = Math.floor(position / width);
    const place = position % width;
    const above = Array.from({ length: layer === 0 ? 0 : Math.min(fanIn, width) }, (_unused, step) =>
      keyOf(layer - 1, (place + step * 7) % width),
    );
    return {
      key: keyOf(layer, place),
      kind: "task",
      title: `Task ${place} of layer ${layer}`,
      item: keyOf(layer, place),
      line: position + 1,
      dependsOn: [...new Set(above)],
      gates: [],
      judgeFirst: false,
      capabilities: [],
      priority: 0,
      position,
    };
  });
  return { nodes, notes: [] };
}

/** A document without items, for graphs that are not read from one. */
export function emptyDocument(title: string): PlanDocument {
  const digest = `sha256:${"0".repeat(64)}`;
  const empty = { items: [], restated: [], gates: [], checks: [], problems: [], notUnderstood: [] };
  return { title, format: "markdown", digest, source: new Uint8Array(), statusTokens: new Map(), ...empty };
}

function keyOf(layer: number, place: number): string {
  return `L${layer}-T${place}`;
}
