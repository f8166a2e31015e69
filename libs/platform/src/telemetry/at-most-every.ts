/** Does `work` at most once in that time and drops the calls between: for complaints that come many times a second. */
export function atMostEvery<A extends unknown[]>(ms: number, work: (...args: A) => void): (...args: A) => void {
  let lastMs = -Infinity;
  return (...args) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < ms) return;
    lastMs = nowMs;
    work(...args);
  };
}
