import type { Page } from "@holdpoint/contract";

/** Entries of one request: the most that a server gives. */
const AT_ONCE = 1_000;

/** What one page is asked for with. */
export interface PageQuery {
  readonly limit: number;
  /** `next` of the page before; absent for the first. */
  readonly cursor?: string;
}

/** The pages of a list of a server, one request after another, to its end. */
export async function* pagesOf<T>(ask: (query: PageQuery) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  let query: PageQuery = { limit: AT_ONCE };
  for (;;) {
    const { items, next } = await ask(query);
    yield items;
    if (next === null) return;
    query = { limit: AT_ONCE, cursor: next };
  }
}

/** All entries of a list of a server, in its order. */
export async function allOf<T>(ask: (query: PageQuery) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const items of pagesOf(ask)) all.push(...items);
  return all;
}
