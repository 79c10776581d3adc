/** The platform that a package's name tells; null when it tells none. */
export function platformOf(name: string): { os: string[]; cpu: string[]; libc: string[] | null } | null;
/** Adds missing platform packages to the `packages` of a lockfile, in place; answers what was added. */
export function complete(packages: Record<string, object>): string[];
