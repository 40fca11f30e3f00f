import { html } from "../vendor/preact-htm.js";
import { say, sayOr } from "../i18n.js";
import { useResource } from "../resource.js";
import { formatBytes, formatDuration, formatNumber, formatPercent, formatRate, shareOf, visible } from "../format.js";
import { Badge, Empty, Fact, Meter, Stranger, Waiting } from "../components/basics.js";
import { Table } from "../components/table.js";

const interval = 3_000;
const stateTones = { up: "good", down: "bad", unused: "neutral" };
const breakerTones = { closed: "good", open: "bad", half_open: "warning" };

const makeUrlColumns = () => [
  { key: "url", label: say("upstreams.url"), isWide: true, cell: (entry) => html`<${Stranger} text=${entry.url} className="long-text" />` },
  { key: "breaker", label: say("upstreams.breaker"), cell: (entry) => html`<${Badge} tone=${breakerTones[entry.breaker] ?? "neutral"}>${sayOr(`breaker.${entry.breaker}`, visible(entry.breaker))}<//>` },
  { key: "reason", label: say("upstreams.why"), isWide: true, cell: (entry) => (entry.reason ? html`<${Stranger} text=${sayOr(`reason.${entry.reason}`, entry.reason)} className="long-text" />` : "–") },
];

function RateLimit({ rateLimit, name }) {
  const { remaining, limit, reserve } = rateLimit;
  const isScarce = remaining < reserve;
  if (limit === null) return html`<p>${say("upstreams.remaining", { remaining: formatNumber(remaining) })}</p>`;
  const text = say("upstreams.remaining-of", { remaining: formatNumber(remaining), limit: formatNumber(limit) });
  return html`
    <${Meter}
      label=${say("upstreams.rate-limit-of", { name })} share=${shareOf(remaining, limit)} text=${text}
      mark=${shareOf(reserve, limit)} tone=${isScarce ? "warning" : "plain"}
    />
    <p class="tile-note">${text} ${say("upstreams.reserve", { reserve: formatNumber(reserve) })}</p>
    ${isScarce && html`<p class="notice notice-warning">${say("upstreams.scarce")}</p>`}`;
}

const Upstream = ({ upstream }) => html`
  <li class="panel upstream">
    <h2>
      <${Stranger} text=${upstream.name} />
      <${Badge} tone=${stateTones[upstream.state] ?? "neutral"}>${sayOr(`upstream-state.${upstream.state}`, visible(upstream.state))}<//>
      ${upstream.isDefault && html`<${Badge} tone="accent">${say("upstreams.default")}<//>`}
    </h2>
    <dl class="facts">
      <${Fact} label=${say("upstreams.latency")}>${formatDuration(upstream.latency)}<//>
      <${Fact} label=${say("upstreams.answers")}>${formatNumber(upstream.answers)}<//>
      <${Fact} label=${say("upstreams.failures")}>${formatNumber(upstream.failures)} <span class="muted">${formatPercent(shareOf(upstream.failures, upstream.answers), 1)}</span><//>
      <${Fact} label=${say("upstreams.pulled")}>${formatBytes(upstream.pulledBytes)} <span class="muted">${formatRate(upstream.pulledRate)}</span><//>
      <${Fact} label=${say("upstreams.token")}>${formatDuration(upstream.tokenMillis)}<//>
    </dl>
    <h3>${say("upstreams.rate-limit")}</h3>
    ${upstream.rateLimit === null ? html`<p class="muted">${say("upstreams.no-rate-limit")}</p>` : html`<${RateLimit} rateLimit=${upstream.rateLimit} name=${visible(upstream.name)} />`}
    <${Table}
      label=${say("upstreams.urls-of", { name: visible(upstream.name) })} columns=${makeUrlColumns()}
      rows=${upstream.urls} rowKey=${(entry) => entry.url}
    />
  </li>`;

export function UpstreamsView() {
  const { data, error, reload } = useResource("upstreams", interval);
  return html`
    <h1>${say("nav.upstreams")}</h1>
    ${data === null && html`<${Waiting} error=${error} onRetry=${reload} />`}
    ${data?.upstreams.length === 0 && html`<${Empty}>${say("upstreams.none")}<//>`}
    ${data && html`<ul class="upstreams">${data.upstreams.map((upstream) => html`<${Upstream} key=${upstream.name} upstream=${upstream} />`)}</ul>`}`;
}
