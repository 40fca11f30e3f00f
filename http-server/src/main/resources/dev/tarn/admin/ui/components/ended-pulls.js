import { html } from "../vendor/preact-htm.js";
import { say, sayOr } from "../i18n.js";
import { pullAddress } from "../routes.js";
import { formatBytes, formatDuration, imageName, visible } from "../format.js";
import { Badge, Empty, Stranger, Time } from "./basics.js";
import { ShareBar } from "./layers.js";
import { Table } from "./table.js";

const tones = { running: "accent", complete: "good", partial: "neutral", left: "warning", failed: "bad" };

export const Outcome = ({ outcome }) =>
  html`<${Badge} tone=${tones[outcome] ?? "neutral"}>${sayOr(`outcome.${outcome}`, visible(outcome))}<//>`;

export const reasonText = (reason) => (reason === null ? "" : sayOr(`reason.${reason}`, visible(reason)));

const makeColumns = () => [
  { key: "image", label: say("pull.image"), isWide: true, cell: (pull) => html`<a href=${pullAddress(pull.id)}><bdi class="clamped">${imageName(pull)}</bdi></a>` },
  { key: "outcome", label: say("pull.outcome"), cell: (pull) => html`<${Outcome} outcome=${pull.outcome} />${pull.reason && html`<bdi class="reason clamped muted">${reasonText(pull.reason)}</bdi>`}` },
  { key: "bytes", label: say("pull.bytes"), isNumber: true, cell: (pull) => formatBytes(pull.bytes) },
  { key: "source", label: say("pull.source"), cell: (pull) => html`<${ShareBar} pull=${pull} />` },
  { key: "duration", label: say("pull.duration"), isNumber: true, cell: (pull) => formatDuration(pull.duration) },
  { key: "slowed", label: say("pull.slowed-by"), cell: (pull) => (pull.slowedBy ? sayOr(`slowed-short.${pull.slowedBy}`, visible(pull.slowedBy)) : "–") },
  { key: "client", label: say("pull.client"), cell: (pull) => html`<${Stranger} text=${pull.client} />` },
  { key: "started", label: say("pull.started"), isNumber: true, cell: (pull) => html`<${Time} at=${pull.startedAt} />` },
];

export function EndedPulls({ pulls, label, firstRows }) {
  if (pulls.length === 0) return html`<${Empty}>${say("live.none-ended")}<//>`;
  return html`<${Table} label=${label} columns=${makeColumns()} rows=${pulls} rowKey=${(pull) => pull.id} firstRows=${firstRows} />`;
}
