import { html } from "../vendor/preact-htm.js";
import { say, sayCount } from "../i18n.js";
import { useResource } from "../resource.js";
import { formatBytes, formatNumber, formatPercent, shareOf, shortDigest, visible } from "../format.js";
import { Empty, Fact, Meter, Stranger, Time, Waiting } from "../components/basics.js";
import { Table } from "../components/table.js";

const interval = 3_000;

const makeColumns = () => [
  { key: "position", label: say("layer.position"), isNumber: true, cell: (blob) => blob.position + 1 },
  { key: "digest", label: say("pull.digest"), cell: (blob) => html`<code title=${visible(blob.digest)}>${shortDigest(blob.digest)}</code>` },
  { key: "size", label: say("images.size"), isNumber: true, cell: (blob) => formatBytes(blob.size) },
  { key: "used", label: say("store.used-at"), isNumber: true, cell: (blob) => html`<${Time} at=${blob.usedAt} />` },
  { key: "uses", label: say("store.uses"), isNumber: true, cell: (blob) => formatNumber(blob.uses) },
];

function Budget({ store }) {
  const share = shareOf(store.usedBytes, store.capacityBytes);
  const text = say("store.used", { used: formatBytes(store.usedBytes), capacity: formatBytes(store.capacityBytes) });
  return html`
    <section class="panel" aria-labelledby="budget-title">
      <h2 id="budget-title">${say("store.budget")}</h2>
      <p class="large-figure">${formatPercent(share, 1)} <span class="muted">${text}</span></p>
      <${Meter} label=${say("store.budget")} share=${share} text=${text} tone=${share > 0.95 ? "warning" : "plain"} />
      <dl class="facts">
        <${Fact} label=${say("store.blobs")}>${formatNumber(store.blobs)} <span class="muted">${formatBytes(store.bytes)}</span><//>
        <${Fact} label=${say("store.folder")}><${Stranger} text=${store.folder} className="long-text" /><//>
      </dl>
    </section>`;
}

const Scrub = ({ store }) => html`
  <section class="panel" aria-labelledby="scrub-title">
    <h2 id="scrub-title">${say("store.scrub")}</h2>
    <p class="large-figure">${formatPercent(store.scrub.progress)} <span class="muted">${say("store.scrubbed", { size: formatBytes(store.scrub.scrubbedBytes) })}</span></p>
    <${Meter} label=${say("store.scrub")} share=${store.scrub.progress} text=${formatPercent(store.scrub.progress)} />
    <p>${store.damagedBlobs === 0 ? say("store.undamaged") : sayCount("store.damaged", store.damagedBlobs)}</p>
  </section>`;

const Eviction = ({ store }) => html`
  <section aria-labelledby="next-title">
    <h2 id="next-title">${say("store.next")}</h2>
    <p class="muted">${say(`eviction.${store.eviction}`)} ${sayCount("store.evicted", store.evictedBlobs, { size: formatBytes(store.evictedBytes) })}</p>
    ${store.next.length === 0
      ? html`<${Empty}>${say("store.nothing-next")}<//>`
      : html`<${Table} label=${say("store.next")} columns=${makeColumns()} rows=${store.next.map((blob, position) => ({ ...blob, position }))} rowKey=${(blob) => blob.digest} />`}
  </section>`;

export function StoreView() {
  const { data, error, reload } = useResource("store", interval);
  if (data === null) return html`<h1>${say("nav.store")}</h1><${Waiting} error=${error} onRetry=${reload} />`;
  return html`
    <h1>${say("nav.store")}</h1>
    ${data.trouble && html`<div class="notice notice-bad"><p><strong>${say("trouble.title")}</strong> <${Stranger} text=${data.trouble} /></p></div>`}
    <div class="halves"><${Budget} store=${data} /><${Scrub} store=${data} /></div>
    <${Eviction} store=${data} />`;
}
