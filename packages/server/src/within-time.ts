/**
 * What is answered in time. Whoever answers is not broken off.
 *
 * @param complaint what is said, with the time, of an answer that is late: `no answer`
 * @throws Error when it is late
 */
export function withinTime<T>(answer: Promise<T>, ms: number, complaint: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${complaint} within ${ms / 1000} s`)), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
