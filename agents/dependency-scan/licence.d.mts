export function isAllowed(expression: string, allowed: readonly string[]): boolean;
export function isBelow(version: string, limit: string): boolean;
