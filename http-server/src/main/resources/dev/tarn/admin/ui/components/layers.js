import { html, Component } from "../vendor/preact-htm.js";
import { say, sayCount } from "../i18n.js";
import { formatBytes, formatPercent, shareOf } from "../format.js";

export const layerKinds = ["cached", "joined", "upstream", "waiting", "failed"];

const kindOfOutcome = { hit: "cached", join: "joined", miss: "upstream" };

export function layerKind(layer) {
  if (layer.state === "failed") return "failed";
  return kindOfOutcome[layer.outcome] ?? "waiting";
}

/** Small blobs must stay visible beside large ones, so the width grows with the root of the size. */
const weight = (size) => Math.max(1, Math.sqrt(size / 10_000));

export class LayerBar extends Component {
  shouldComponentUpdate({ layer }) {
    const shown = this.props.layer;
    return layer.bytes !== shown.bytes || layer.state !== shown.state || layer.outcome !== shown.outcome || layer.size !== shown.size;
  }

  render({ layer }) {
    const share = layer.state === "done" ? 1 : shareOf(layer.bytes, layer.size);
    return html`
      <div class=${`layer layer-${layerKind(layer)} layer-${layer.state === "running" ? "moving" : "still"}`} style=${{ flexGrow: weight(layer.size) }}>
        <div class="layer-fill" style=${{ transform: `translateX(${(share - 1) * 100}%)` }}></div>
      </div>`;
  }
}

function describeLayers(layers) {
  const counts = new Map();
  for (const layer of layers) counts.set(layerKind(layer), (counts.get(layerKind(layer)) ?? 0) + 1);
  const parts = layerKinds.filter((kind) => counts.has(kind)).map((kind) => `${say(`layer.${kind}`)}: ${counts.get(kind)}`);
  return `${sayCount("layers", layers.length)}. ${parts.join(", ")}`;
}

export const LayerBars = ({ layers }) => html`
  <div class="layers" role="img" aria-label=${describeLayers(layers)}>
    ${layers.map((layer, index) => html`<${LayerBar} key=${index} layer=${layer} />`)}
  </div>`;

export const LayerLegend = ({ kinds = layerKinds }) => html`
  <ul class="legend" aria-label=${say("layer.legend")}>
    ${kinds.map((kind) => html`
      <li key=${kind}><span class=${`legend-sample layer layer-${kind}`}><span class="layer-fill"></span></span>${say(`layer.${kind}`)}</li>`)}
  </ul>`;

const shareKinds = [["cached", "cachedBytes"], ["joined", "joinedBytes"], ["upstream", "upstreamBytes"]];

/** Where the bytes of a pull came from, as one bar. */
export function ShareBar({ pull }) {
  const total = pull.cachedBytes + pull.joinedBytes + pull.upstreamBytes;
  const text = shareKinds
    .filter(([, key]) => pull[key] > 0)
    .map(([kind, key]) => `${say(`layer.${kind}`)}: ${formatBytes(pull[key])} (${formatPercent(shareOf(pull[key], total))})`)
    .join(", ");
  return html`
    <div class="layers share" role="img" aria-label=${text || say("pull.nothing")} title=${text || say("pull.nothing")}>
      ${shareKinds.map(([kind, key]) => pull[key] > 0 && html`
        <div key=${kind} class=${`layer layer-${kind}`} style=${{ flexGrow: shareOf(pull[key], total) }}><div class="layer-fill"></div></div>`)}
    </div>`;
}
