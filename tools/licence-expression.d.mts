export function isPermitted(expression: string | null): boolean;
