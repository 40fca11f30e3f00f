import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { say, sayOr } from "../i18n.js";
import { requestJson } from "../api.js";
import { useLive } from "../live-data.js";
import { viewAddress } from "../routes.js";
import { formatBytes, formatDuration, formatPercent, formatRate, imageName, shareOf, shortDigest, visible } from "../format.js";
import { CopyButton, Empty, Fact, Stranger, Time, Waiting } from "../components/basics.js";
import { LayerBars, LayerLegend, layerKind } from "../components/layers.js";
import { Outcome, reasonText } from "../components/ended-pulls.js";
import { Table } from "../components/table.js";

/** One that neither runs nor ended lately is looked for among all that are remembered. */
function usePull(id) {
  const running = useLive("running");
  const ended = useLive("ended");
  const [older, setOlder] = useState({ pull: null, isLooking: true });
  const recent = running.find((pull) => pull.id === id) ?? ended?.find((pull) => pull.id === id) ?? null;
  const [last, setLast] = useState(null);
  useEffect(() => {
    if (recent !== null) setLast(recent);
  }, [recent]);
  const mustLook = recent === null && last === null && ended !== null;
  useEffect(() => {
    if (!mustLook) return undefined;
    const ending = new AbortController();
    requestJson("pulls?limit=10000", { signal: ending.signal })
      .then((all) => all.ended.find((pull) => pull.id === id) ?? null, () => null)
      .then((pull) => ending.signal.aborted || setOlder({ pull, isLooking: false }));
    return () => ending.abort();
  }, [id, mustLook]);
  const pull = recent ?? last ?? older.pull;
  return { pull, isLooking: pull === null && older.isLooking };
}

const sources = [["cached", "cachedBytes"], ["joined", "joinedBytes"], ["upstream", "upstreamBytes"]];

const Shares = ({ pull }) => {
  const total = pull.cachedBytes + pull.joinedBytes + pull.upstreamBytes;
  return html`
    <dl class="facts">
      ${sources.map(([kind, key]) => html`
        <${Fact} key=${kind} label=${say(`layer.${kind}`)}>${formatBytes(pull[key])} <span class="muted">${formatPercent(shareOf(pull[key], total))}</span><//>`)}
    </dl>`;
};

function layerState(layer, isRunning) {
  if (layer.state === "waiting" && !isRunning) return say("layer-state.never-asked");
  return sayOr(`layer-state.${layer.state}`, visible(layer.state));
}

const makeLayerColumns = (isRunning) => [
  { key: "position", label: say("layer.position"), isNumber: true, cell: (layer) => (layer.position === 0 ? say("layer.configuration") : layer.position) },
  { key: "digest", label: say("pull.digest"), cell: (layer) => html`<code title=${visible(layer.digest)}>${shortDigest(layer.digest)}</code>` },
  { key: "source", label: say("pull.source"), cell: (layer) => (layer.outcome === null ? "–" : say(`layer.${layerKind(layer)}`)) },
  { key: "state", label: say("layer.state"), cell: (layer) => layerState(layer, isRunning) },
  { key: "bytes", label: say("layer.sent"), isNumber: true, cell: (layer) => say("layer.of", { bytes: formatBytes(layer.bytes), size: formatBytes(layer.size) }) },
  { key: "duration", label: say("pull.duration"), isNumber: true, cell: (layer) => formatDuration(layer.duration) },
];

export function PullView({ id }) {
  const { pull, isLooking } = usePull(id);
  const back = html`<p class="back"><a href=${viewAddress("live")}>${say("pull.back")}</a></p>`;
  if (pull === null) {
    return html`${back}<h1>${say("nav.pull")}</h1>${isLooking ? html`<${Waiting} />` : html`<${Empty}>${say("pull.gone")}<//>`}`;
  }
  const isRunning = pull.outcome === "running";
  const layers = pull.layers.map((layer, position) => ({ ...layer, position }));
  return html`
    ${back}
    <h1 class="stranger-title"><bdi>${imageName(pull)}</bdi></h1>
    <div class="panel">
      <dl class="facts">
        <${Fact} label=${say("pull.outcome")}><${Outcome} outcome=${pull.outcome} />${pull.reason && html` ${reasonText(pull.reason)}`}<//>
        <${Fact} label=${say("pull.bytes")}>${pull.size === null ? formatBytes(pull.bytes) : say("layer.of", { bytes: formatBytes(pull.bytes), size: formatBytes(pull.size) })}<//>
        ${isRunning && html`<${Fact} label=${say("pull.rate")}>${formatRate(pull.rate)}<//>`}
        <${Fact} label=${say("pull.duration")}>${formatDuration(pull.duration)}<//>
        <${Fact} label=${say("pull.started")}><${Time} at=${pull.startedAt} /><//>
        <${Fact} label=${say("pull.client")}><${Stranger} text=${pull.client} /><//>
        <${Fact} label=${say("pull.agent")}><${Stranger} text=${pull.agent} className="long-text" /><//>
        <${Fact} label=${say("pull.digest")}>
          ${pull.digest ? html`<code class="long-text">${visible(pull.digest)}</code> <${CopyButton} text=${pull.digest} what=${say("pull.digest")} />` : "–"}
        <//>
      </dl>
      ${pull.slowedBy && html`<p class="slowed">${sayOr(`slowed.${pull.slowedBy}`, visible(pull.slowedBy))}</p>`}
    </div>
    <section aria-labelledby="shares-title">
      <h2 id="shares-title">${say("pull.shares")}</h2>
      <div class="panel"><${Shares} pull=${pull} /></div>
    </section>
    <section aria-labelledby="layers-title">
      <div class="section-head"><h2 id="layers-title">${say("pull.layers")}</h2><${LayerLegend} /></div>
      <div class="panel pull-layers"><${LayerBars} layers=${pull.layers} /></div>
      ${layers.length === 0
        ? html`<${Empty}>${say("pull.no-layers")}<//>`
        : html`<${Table} label=${say("pull.layers")} columns=${makeLayerColumns(isRunning)} rows=${layers} rowKey=${(layer) => layer.position} />`}
    </section>`;
}
