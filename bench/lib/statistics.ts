/** @returns NaN for no values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
    : (sorted[Math.floor(middle)] ?? NaN);
}

/** The value that `share` (0 to 1) of the values do not exceed: nearest rank. @returns NaN for no values */
export function percentile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/**
 * How many times `b` is of `a`. The median of the ratios of paired rounds, not the ratio of the medians: what slows the
 * machine down for a while slows both sides of a pair.
 */
export function ratio(b: readonly number[], a: readonly number[]): number {
  return median(b.map((value, round) => value / (a[round] ?? NaN)));
}

/** Three significant digits, no exponent. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
