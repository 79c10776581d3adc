import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";
import type { ExpressionCriterion } from "../criteria/criterion.ts";

/** An expression that was read: its names, and how to ask it. */
export interface CompiledExpression {
  readonly evaluate: (values: Readonly<Record<string, unknown>>) => unknown;
  /** Every name in it, as written, each as its parts: `p95.ms` is `["p95", "ms"]`. */
  readonly names: readonly (readonly string[])[];
}

/** Why an expression could not be read. `position` is the offset of the offending character, from 0. */
export interface ExpressionFault {
  readonly message: string;
  readonly position: number;
}

const LIMITS = { maxAstNodes: 500, maxDepth: 40, maxListElements: 100, maxMapEntries: 0, maxCallArguments: 16 };

let environment: Environment | null = null;

/** Reads an expression once per criterion object. */
const compiledBy = new WeakMap<ExpressionCriterion, CompiledExpression | ExpressionFault>();

/** Reads a CEL expression; a fault is returned, not thrown, so that the gate stays inconclusive. */
export function compileExpression(criterion: ExpressionCriterion): CompiledExpression | ExpressionFault {
  const known = compiledBy.get(criterion);
  if (known !== undefined) return known;
  const compiled = compile(criterion.value);
  compiledBy.set(criterion, compiled);
  return compiled;
}

function compile(source: string): CompiledExpression | ExpressionFault {
  try {
    environment ??= new Environment({ unlistedVariablesAreDyn: true, limits: LIMITS });
    const parsed = environment.parse(source);
    const names: (readonly string[])[] = [];
    collectNames(parsed.ast, names);
    return { evaluate: (values) => parsed(values) as unknown, names };
  } catch (error) {
    const position = error instanceof ParseError ? (error.range?.start ?? error.node?.start ?? 0) : 0;
    const message =
      error instanceof ParseError ? error.summary : error instanceof Error ? error.message : "not readable";
    return { message: message.split("\n")[0] ?? message, position };
  }
}

function collectNames(node: ASTNode, names: (readonly string[])[]): void {
  const chain = chainOf(node);
  if (chain !== null) {
    names.push(chain);
    return;
  }
  visit(node.args, names);
}

function visit(args: unknown, names: (readonly string[])[]): void {
  if (Array.isArray(args)) {
    for (const entry of args) visit(entry, names);
  } else if (isNode(args)) {
    collectNames(args, names);
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value && "input" in value;
}

/** The parts of `a.b.c`, or null when the node is no plain name. */
function chainOf(node: ASTNode): readonly string[] | null {
  if (node.op === "id") return [node.args];
  if (node.op !== ".") return null;
  const inner = chainOf(node.args[0]);
  return inner === null ? null : [...inner, node.args[1]];
}
