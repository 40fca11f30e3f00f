const mostPoints = 150;

const counts = ["hits", "misses", "servedBytes", "savedBytes", "pulledBytes"];

const emptyBucket = (start) => ({ start, ...Object.fromEntries(counts.map((key) => [key, 0])) });

/** Puts minutes together, so that a day is a line and not a hedge. They end with the minute that runs, so that all are whole. */
export function summarizeHistory(minutes) {
  const width = minutes.length <= mostPoints ? 60 : Math.ceil(minutes.length / mostPoints / 5) * 300;
  const end = minutes.length === 0 ? 0 : Date.parse(minutes.at(-1).at) / 1000 + 60;
  const buckets = new Map();
  for (const minute of minutes) {
    const age = end - Date.parse(minute.at) / 1000;
    const start = end - Math.ceil(age / width) * width;
    if (!buckets.has(start)) buckets.set(start, emptyBucket(start));
    for (const key of counts) buckets.get(start)[key] += minute[key];
  }
  return { width, buckets: [...buckets.values()].sort((a, b) => a.start - b.start) };
}

export const hitRateOf = ({ hits, misses }) => (hits + misses > 0 ? hits / (hits + misses) : null);

export function totalsByHour(buckets) {
  const hours = new Map();
  for (const bucket of buckets) {
    const start = Math.floor(bucket.start / 3600) * 3600;
    if (!hours.has(start)) hours.set(start, emptyBucket(start));
    for (const key of counts) hours.get(start)[key] += bucket[key];
  }
  return [...hours.values()].reverse();
}
