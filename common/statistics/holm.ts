/**
 * Holm's step-down adjustment: rejecting where the adjusted value is at most α keeps the chance of any false rejection
 * in the family at α, whatever the dependence (Holm, Scandinavian Journal of Statistics 6, 1979). Order is kept.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let floor = 0;
  order.forEach(({ p, index }, position) => {
    floor = Math.max(floor, Math.min(1, p * (pValues.length - position)));
    adjusted[index] = floor;
  });
  return adjusted;
}
