import { html, useMemo, useState } from "../vendor/preact-htm.js";
import { say, sayCount, sayOr } from "../i18n.js";
import { failureKey, useLive } from "../live-data.js";
import { imageName, visible } from "../format.js";
import { Badge, CopyButton, Empty, Fact, Stranger, Time, Waiting } from "../components/basics.js";

const shownAtOnce = 50;

const Failure = ({ failure }) => html`
  <li class="panel failure">
    <h2><${Badge} tone="bad">${sayOr(`reason.${failure.reason}`, visible(failure.reason))}<//> <bdi class="clamped">${imageName(failure)}</bdi></h2>
    <p class="failure-text"><${Stranger} text=${failure.text} className="long-text" /></p>
    <p class="advice"><strong>${say("failures.advice")}</strong> ${sayOr(`advice.${failure.advice}`, say("advice.other"))}</p>
    <dl class="facts facts-small">
      <${Fact} label=${say("failures.at")}><${Time} at=${failure.at} /><//>
      <${Fact} label=${say("failures.kind")}>${sayOr(`kind.${failure.kind}`, visible(failure.kind))}<//>
      <${Fact} label=${say("failures.status")}>${failure.status}<//>
      <${Fact} label=${say("pull.client")}><${Stranger} text=${failure.client} /><//>
      <${Fact} label=${say("pull.agent")}><${Stranger} text=${failure.agent} className="long-text" /><//>
      <${Fact} label=${say("failures.request")}><code class="long-text">${visible(failure.requestId)}</code> <${CopyButton} text=${failure.requestId} what=${say("failures.request")} /><//>
    </dl>
  </li>`;

function ReasonFilter({ failures, reason, onReason }) {
  const counts = useMemo(() => {
    const found = new Map();
    for (const failure of failures) found.set(failure.reason, (found.get(failure.reason) ?? 0) + 1);
    return [...found];
  }, [failures]);
  return html`
    <div class="filter">
      <label for="reason-filter">${say("failures.filter")}</label>
      <select id="reason-filter" value=${reason} onChange=${(event) => onReason(event.currentTarget.value)}>
        <option value="">${say("failures.all", { count: failures.length })}</option>
        ${counts.map(([name, count]) => html`<option key=${name} value=${name}>${sayOr(`reason.${name}`, visible(name))} (${count})</option>`)}
      </select>
    </div>`;
}

export function FailuresView() {
  const failures = useLive("failures");
  const [reason, setReason] = useState("");
  const [limit, setLimit] = useState(shownAtOnce);
  const heading = html`<h1>${say("nav.failures")}</h1>`;
  if (failures === null) return html`${heading}<${Waiting} />`;
  if (failures.length === 0) return html`${heading}<${Empty}>${say("failures.none")}<//>`;
  const matching = failures.filter((failure) => reason === "" || failure.reason === reason);
  return html`
    <div class="view-head">${heading}<p class="summary">${sayCount("failures.count", failures.length)}</p></div>
    <${ReasonFilter} failures=${failures} reason=${reason} onReason=${setReason} />
    <ul class="failures">
      ${matching.slice(0, limit).map((failure) => html`<${Failure} key=${failureKey(failure)} failure=${failure} />`)}
    </ul>
    ${matching.length > limit && html`
      <p class="more">
        <button type="button" class="button" onClick=${() => setLimit(limit + shownAtOnce)}>${say("table.more", { count: matching.length - limit })}</button>
      </p>`}`;
}
