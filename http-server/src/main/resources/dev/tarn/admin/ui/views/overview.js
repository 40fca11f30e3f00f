import { html, useMemo } from "../vendor/preact-htm.js";
import { say, sayCount } from "../i18n.js";
import { useLive } from "../live-data.js";
import { useResource } from "../resource.js";
import { formatBytes, formatClock, formatDuration, formatFullTime, formatNumber, formatPercent, formatRate, shareOf } from "../format.js";
import { hitRateOf, summarizeHistory, totalsByHour } from "../history-series.js";
import { Empty, Meter, Tile, Waiting } from "../components/basics.js";
import { Chart } from "../components/chart.js";
import { Table } from "../components/table.js";

const historyInterval = 30_000;
const wholeShare = () => [0, 1];
const fromZero = (plot, lowest, highest) => [0, highest > 0 ? highest * 1.08 : 1];

function Tiles({ overview }) {
  const share = shareOf(overview.usedBytes, overview.capacityBytes);
  const disk = say("store.used", { used: formatBytes(overview.usedBytes), capacity: formatBytes(overview.capacityBytes) });
  const age = Date.parse(overview.now) - Date.parse(overview.startedAt);
  return html`
    <dl class="tiles">
      <${Tile} label=${say("overview.hit-rate")} value=${formatPercent(hitRateOf(overview), 1)} note=${say("overview.hits", { hits: formatNumber(overview.hits), misses: formatNumber(overview.misses) })} />
      <${Tile} label=${say("overview.saved")} value=${formatBytes(overview.savedBytes)} note=${say("overview.saved-note", { served: formatBytes(overview.servedBytes), pulled: formatBytes(overview.pulledBytes) })} />
      <${Tile} label=${say("overview.served-rate")} value=${formatRate(overview.servedRate)} note=${say("overview.pulled-rate", { rate: formatRate(overview.pulledRate) })} />
      <${Tile} label=${say("overview.running")} value=${formatNumber(overview.pullsRunning)} note=${sayCount("overview.downloads", overview.downloadsRunning)} />
      <${Tile} label=${say("overview.ended")} value=${formatNumber(overview.pullsEnded)} note=${sayCount("overview.failed", overview.pullsFailed)} />
      <div class="tile">
        <dt>${say("overview.disk")}</dt>
        <dd>
          <span class="tile-value">${formatPercent(share)}</span>
          <${Meter} label=${say("overview.disk")} share=${share} text=${disk} tone=${share > 0.95 ? "warning" : "plain"} />
          <span class="tile-note">${disk}</span>
        </dd>
      </div>
    </dl>
    <p class="muted">${say("overview.since", { time: formatFullTime(overview.startedAt), age: formatDuration(age) })}</p>`;
}

function HitRateChart({ series }) {
  const { times, buckets } = series;
  const values = useMemo(() => buckets.map(hitRateOf), [buckets]);
  const known = values.filter((value) => value !== null);
  const summary = known.length === 0 ? say("chart.none") : say("chart.hit-rate-summary", {
    lowest: formatPercent(Math.min(...known)), highest: formatPercent(Math.max(...known)), last: formatPercent(known.at(-1)),
  });
  const lines = useMemo(() => [{ label: say("overview.hit-rate"), dash: "solid", colour: "first", values }], [values]);
  return html`
    <${Chart} title=${say("chart.hit-rate")} times=${times} series=${lines} formatValue=${(value) => formatPercent(value)} range=${wholeShare} summary=${summary} />`;
}

function BytesChart({ series }) {
  const { times, buckets, width } = series;
  const lines = useMemo(() => [
    { label: say("chart.served"), dash: "solid", colour: "first", values: buckets.map((bucket) => bucket.servedBytes) },
    { label: say("chart.saved"), dash: "dashed", colour: "second", values: buckets.map((bucket) => bucket.savedBytes) },
    { label: say("chart.pulled"), dash: "dotted", colour: "third", values: buckets.map((bucket) => bucket.pulledBytes) },
  ], [buckets]);
  const sum = (index) => formatBytes(lines[index].values.reduce((total, value) => total + value, 0));
  const summary = say("chart.bytes-summary", { served: sum(0), saved: sum(1), pulled: sum(2) });
  return html`
    <${Chart} title=${say("chart.bytes", { width: formatDuration(width * 1000) })} times=${times} series=${lines} formatValue=${formatBytes} range=${fromZero} summary=${summary} />`;
}

const makeHourColumns = () => [
  { key: "hour", label: say("chart.hour"), cell: (hour) => formatClock(hour.start) },
  { key: "rate", label: say("overview.hit-rate"), isNumber: true, cell: (hour) => formatPercent(hitRateOf(hour), 1) },
  { key: "served", label: say("chart.served"), isNumber: true, cell: (hour) => formatBytes(hour.servedBytes) },
  { key: "saved", label: say("chart.saved"), isNumber: true, cell: (hour) => formatBytes(hour.savedBytes) },
  { key: "pulled", label: say("chart.pulled"), isNumber: true, cell: (hour) => formatBytes(hour.pulledBytes) },
];

function History() {
  const { data, error, reload } = useResource("history", historyInterval);
  const series = useMemo(() => {
    const { width, buckets } = summarizeHistory(data?.minutes ?? []);
    return { width, buckets, times: buckets.map((bucket) => bucket.start) };
  }, [data]);
  if (data === null) return html`<${Waiting} error=${error} onRetry=${reload} />`;
  // One point is no line.
  if (series.buckets.length < 2) return html`<${Empty}>${say("chart.none")}<//>`;
  return html`
    <div class="charts">
      <${HitRateChart} series=${series} />
      <${BytesChart} series=${series} />
    </div>
    <details class="panel">
      <summary>${say("chart.as-table")}</summary>
      <${Table} label=${say("chart.as-table")} columns=${makeHourColumns()} rows=${totalsByHour(series.buckets)} rowKey=${(hour) => hour.start} />
    </details>`;
}

export function OverviewView() {
  const overview = useLive("overview");
  return html`
    <h1>${say("nav.overview")}</h1>
    ${overview === null ? html`<${Waiting} />` : html`<${Tiles} overview=${overview} />`}
    <section aria-labelledby="history-title">
      <h2 id="history-title">${say("overview.history")}</h2>
      <${History} />
    </section>`;
}
