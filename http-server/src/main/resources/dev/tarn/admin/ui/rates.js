const smoothing = 0.4;

/** How fast each running pull goes, from what it had at the last look. */
export class RateMeter {
  #last = new Map();

  measure(pulls) {
    const now = new Map();
    const measured = pulls.map((pull) => {
      const entry = next(this.#last.get(pull.id), pull);
      now.set(pull.id, entry);
      return { ...pull, rate: entry.rate };
    });
    this.#last = now;
    return measured;
  }
}

function next(before, pull) {
  const { bytes, duration } = pull;
  if (before === undefined) return { bytes, duration, rate: duration > 0 ? (bytes * 1000) / duration : null };
  if (duration - before.duration < 100) return before;
  const rate = (Math.max(0, bytes - before.bytes) * 1000) / (duration - before.duration);
  return { bytes, duration, rate: before.rate === null ? rate : before.rate + smoothing * (rate - before.rate) };
}
