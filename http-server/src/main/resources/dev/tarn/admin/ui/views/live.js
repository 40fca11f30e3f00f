import { html, Component } from "../vendor/preact-htm.js";
import { say, sayCount } from "../i18n.js";
import { useLive } from "../live-data.js";
import { watchSight } from "../sight.js";
import { pullAddress } from "../routes.js";
import { formatBytes, formatDuration, formatPercent, formatRate, imageName, shareOf, visible } from "../format.js";
import { Empty, Stranger, Waiting } from "../components/basics.js";
import { LayerBars, LayerLegend } from "../components/layers.js";
import { EndedPulls } from "../components/ended-pulls.js";

/** A pull that runs. It is drawn again only while it is in sight: of some hundred, few are. */
class RunningPull extends Component {
  componentDidMount() {
    this.isInSight = true;
    this.stopWatching = watchSight(this.base, (isInSight) => {
      const cameBack = isInSight && !this.isInSight;
      this.isInSight = isInSight;
      if (cameBack) this.forceUpdate();
    });
  }

  componentWillUnmount() {
    this.stopWatching();
  }

  shouldComponentUpdate() {
    return this.isInSight;
  }

  render({ pull }) {
    const progress = pull.size === null
      ? formatBytes(pull.bytes)
      : say("live.progress", {
        bytes: formatBytes(pull.bytes), size: formatBytes(pull.size), share: formatPercent(shareOf(pull.bytes, pull.size)),
      });
    return html`
      <li class="pull">
        <div class="pull-head">
          <a class="pull-name" href=${pullAddress(pull.id)} title=${imageName(pull)}><bdi>${imageName(pull)}</bdi></a>
          <span class="pull-rate">${formatRate(pull.rate)}</span>
        </div>
        <${LayerBars} layers=${pull.layers} />
        <div class="pull-foot">
          <span>${progress}</span>
          <span>${formatDuration(pull.duration)}</span>
          <span class="pull-client" title=${visible(pull.agent)}><${Stranger} text=${pull.client} /> · <${Stranger} text=${pull.agent} /></span>
        </div>
      </li>`;
  }
}

function Summary({ running }) {
  const overview = useLive("overview");
  return html`
    <p class="summary">
      <strong>${sayCount("live.running", running.length)}</strong>
      ${overview && html`
        <span>${say("live.served", { rate: formatRate(overview.servedRate) })}</span>
        <span>${say("live.pulled", { rate: formatRate(overview.pulledRate) })}</span>`}
    </p>`;
}

export function LiveView() {
  const running = useLive("running");
  return html`
    <div class="view-head">
      <h1>${say("nav.live")}</h1>
      <${Summary} running=${running} />
    </div>
    <section aria-labelledby="running-title">
      <div class="section-head">
        <h2 id="running-title">${say("live.running-title")}</h2>
        <${LayerLegend} />
      </div>
      ${running.length === 0
        ? html`<${Empty}>${say("live.none")}<//>`
        : html`<ul class="pulls">${running.map((pull) => html`<${RunningPull} key=${pull.id} pull=${pull} />`)}</ul>`}
    </section>
    <${LatestPulls} />`;
}

function LatestPulls() {
  const ended = useLive("ended");
  return html`
    <section aria-labelledby="ended-title">
      <h2 id="ended-title">${say("live.ended-title")}</h2>
      ${ended === null ? html`<${Waiting} />` : html`<${EndedPulls} pulls=${ended} label=${say("live.ended-title")} firstRows=${25} />`}
    </section>`;
}
