/** Pearson's correlation of so many pairs of numbers, 0 where either is constant. */
export function correlation(count: number, a: (index: number) => number, b: (index: number) => number): number {
  let [meanA, meanB] = [0, 0];
  for (let index = 0; index < count; index++) {
    meanA += a(index) / count;
    meanB += b(index) / count;
  }
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const [fromA, fromB] = [a(index) - meanA, b(index) - meanB];
    product += fromA * fromB;
    squaresA += fromA ** 2;
    squaresB += fromB ** 2;
  }
  return squaresA > 0 && squaresB > 0 ? product / Math.sqrt(squaresA * squaresB) : 0;
}
