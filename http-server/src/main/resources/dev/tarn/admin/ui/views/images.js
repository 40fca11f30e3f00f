import { html, useMemo, useState } from "../vendor/preact-htm.js";
import { say, sayCount } from "../i18n.js";
import { useResource } from "../resource.js";
import { formatBytes, formatNumber, formatPercent, shareOf, shortDigest, visible } from "../format.js";
import { Badge, CopyButton, Empty, Fact, Stranger, Tile, Time, Waiting } from "../components/basics.js";
import { EndedPulls } from "../components/ended-pulls.js";
import { Table } from "../components/table.js";

const interval = 60_000;

const repositoryOf = (image) => `${visible(image.upstream)}/${visible(image.repository)}`;
const keyOf = (image) => `${image.upstream}/${image.repository}:${image.tag}`;
const timeOf = (text) => (text === null ? null : Date.parse(text));

function platformsText(platforms) {
  const names = platforms.map((platform) => visible(platform.platform));
  return names.length <= 3 ? names.join(", ") : say("images.platforms-more", { names: names.slice(0, 2).join(", "), count: names.length - 2 });
}

function makeColumns(toggle) {
  const expander = (image, isOpen) => html`
    <button type="button" class="expander" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => toggle(keyOf(image))}>
      <span class="expander-arrow" aria-hidden="true"></span><bdi class="clamped">${repositoryOf(image)}</bdi>
    </button>`;
  return [
    { key: "repository", label: say("images.repository"), isWide: true, cell: expander, sortBy: repositoryOf },
    { key: "tag", label: say("images.tag"), isWide: true, cell: (image) => html`<${Stranger} text=${image.tag} className="clamped" />`, sortBy: (image) => image.tag },
    { key: "size", label: say("images.size"), isNumber: true, cell: (image) => formatBytes(image.size), sortBy: (image) => image.size },
    { key: "unique", label: say("images.unique"), isNumber: true, cell: (image) => formatBytes(image.uniqueBytes), sortBy: (image) => image.uniqueBytes },
    { key: "pulls", label: say("images.pulls"), isNumber: true, cell: (image) => formatNumber(image.pulls), sortBy: (image) => image.pulls },
    { key: "last", label: say("images.last"), isNumber: true, cell: (image) => html`<${Time} at=${image.lastPullAt} />`, sortBy: (image) => timeOf(image.lastPullAt) },
    { key: "platforms", label: say("images.platforms"), cell: (image) => html`<bdi>${platformsText(image.platforms)}</bdi>`, sortBy: (image) => image.platforms.length },
  ];
}

const makeLayerColumns = () => [
  { key: "position", label: say("layer.position"), isNumber: true, cell: (layer) => layer.position + 1 },
  { key: "digest", label: say("pull.digest"), cell: (layer) => html`<code title=${visible(layer.digest)}>${shortDigest(layer.digest)}</code>` },
  { key: "size", label: say("images.size"), isNumber: true, cell: (layer) => formatBytes(layer.size) },
  { key: "stored", label: say("images.stored"), cell: (layer) => html`<${Badge} tone=${layer.isStored ? "good" : "neutral"}>${say(layer.isStored ? "images.here" : "images.not-here")}<//>` },
  { key: "type", label: say("images.media-type"), isWide: true, cell: (layer) => html`<${Stranger} text=${layer.mediaType} className="long-text" />` },
];

const Platform = ({ platform }) => html`
  <details class="platform" open=${platform.isStored}>
    <summary>
      <bdi>${visible(platform.platform)}</bdi> <span class="muted">${formatBytes(platform.size)}, ${sayCount("layers", platform.layers.length)}</span>
      ${!platform.isStored && html` <${Badge}>${say("images.not-here")}<//>`}
    </summary>
    <p class="muted"><code class="long-text">${visible(platform.digest)}</code></p>
    ${platform.layers.length > 0 && html`
      <${Table}
        label=${say("images.layers-of", { platform: visible(platform.platform) })}
        columns=${makeLayerColumns()}
        rows=${platform.layers.map((layer, position) => ({ ...layer, position }))}
        rowKey=${(layer) => layer.position}
      />`}
  </details>`;

function PullHistory({ image }) {
  const { data, error, reload } = useResource("pulls?limit=10000");
  const pulls = useMemo(() => {
    const isOfImage = (pull) => pull.upstream === image.upstream && pull.repository === image.repository
      && (pull.reference === image.tag || pull.digest === image.digest || pull.reference === image.digest);
    return data === null ? [] : [...data.running, ...data.ended].filter(isOfImage).slice(0, 100);
  }, [data, image.digest]);
  return html`
    <h3>${say("images.history")}</h3>
    ${data === null ? html`<${Waiting} error=${error} onRetry=${reload} />` : html`<${EndedPulls} pulls=${pulls} label=${say("images.history")} />`}`;
}

const ImageDetail = ({ image }) => html`
  <div class="image-detail">
    <dl class="facts">
      <${Fact} label=${say("pull.digest")}><code class="long-text">${visible(image.digest)}</code> <${CopyButton} text=${image.digest} what=${say("pull.digest")} /><//>
      <${Fact} label=${say("images.media-type")}><${Stranger} text=${image.mediaType} className="long-text" /><//>
      <${Fact} label=${say("images.checked")}><${Time} at=${image.checkedAt} /><//>
    </dl>
    <h3>${say("images.platforms")}</h3>
    ${image.platforms.map((platform) => html`<${Platform} key=${platform.digest} platform=${platform} />`)}
    <${PullHistory} image=${image} />
  </div>`;

function Totals({ data }) {
  const saved = Math.max(0, data.logicalBytes - data.storedBytes);
  return html`
    <dl class="tiles">
      <${Tile} label=${say("images.logical")} value=${formatBytes(data.logicalBytes)} note=${say("images.logical-note")} />
      <${Tile} label=${say("images.deduplicated")} value=${formatBytes(data.storedBytes)} note=${say("images.deduplicated-note")} />
      <${Tile} label=${say("images.shared")} value=${formatPercent(shareOf(saved, data.logicalBytes))} note=${say("images.shared-note", { size: formatBytes(saved) })} />
    </dl>`;
}

export function ImagesView() {
  const { data, error, reload } = useResource("images?limit=2000", interval);
  const [filter, setFilter] = useState("");
  const [expanded, setExpanded] = useState(null);
  const columns = useMemo(() => makeColumns((key) => setExpanded((before) => (before === key ? null : key))), []);
  const images = data?.images ?? [];
  const matching = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const textOf = (image) => `${keyOf(image)} ${image.digest} ${image.platforms.map((platform) => platform.platform).join(" ")}`.toLowerCase();
    return words.length === 0 ? images : images.filter((image) => words.every((word) => textOf(image).includes(word)));
  }, [data, filter]);
  if (data === null) return html`<h1>${say("nav.images")}</h1><${Waiting} error=${error} onRetry=${reload} />`;
  return html`
    <h1>${say("nav.images")}</h1>
    <${Totals} data=${data} />
    ${data.isCut && html`<p class="notice">${say("images.cut", { count: formatNumber(images.length) })}</p>`}
    <div class="filter">
      <label for="image-filter">${say("images.filter")}</label>
      <input id="image-filter" type="search" value=${filter} onInput=${(event) => setFilter(event.currentTarget.value)} />
      <span class="muted" role="status">${sayCount("images.count", matching.length)}</span>
    </div>
    ${matching.length === 0
      ? html`<${Empty}>${say(images.length === 0 ? "images.none" : "images.no-match")}<//>`
      : html`
        <${Table}
          label=${say("nav.images")} columns=${columns} rows=${matching} rowKey=${keyOf} firstSort=${{ key: "last", isDescending: true }}
          expanded=${expanded} renderExpanded=${(image) => html`<${ImageDetail} image=${image} />`}
        />`}`;
}
