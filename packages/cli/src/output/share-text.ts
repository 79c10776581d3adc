/**
 * A share 0..1 in whole percent: `41 %`.
 *
 * Cut, never rounded up: 99.9 % done is shown as `99 %`, so that `100 %` always means all of it; a little is `<1 %`, not
 * nothing. Not a number: `0 %`, because what cannot be counted is not proven.
 */
export function percentText(share: number): string {
  const known = boundedShare(share);
  const percent = wholePercent(known);
  return percent === 0 && known > 0 ? "<1 %" : `${percent} %`;
}

/** The whole percents of a share, cut. A share such as 0.29 whose product is 28.999… counts as 29. */
export function wholePercent(share: number): number {
  const known = boundedShare(share);
  const cut = Math.floor(known * 100 + 1e-9);
  return known < 1 ? Math.min(99, cut) : 100;
}

/** How many of `cells` are filled for a share: all only when it is whole, none only when it is nothing. */
export function filledCells(share: number, cells: number): number {
  const known = boundedShare(share);
  if (known === 0) return 0;
  if (known === 1) return cells;
  return Math.min(Math.max(1, Math.floor(known * cells)), Math.max(0, cells - 1));
}

/** The share within 0..1; what is not a number is 0. */
export function boundedShare(share: number): number {
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
}
