import { html, useState } from "../vendor/preact-htm.js";
import { say } from "../i18n.js";
import { formatFullTime, formatTime, visible } from "../format.js";

/** Text of a stranger: kept from turning around what stands beside it. */
export const Stranger = ({ text, className }) => html`<bdi class=${className}>${visible(text)}</bdi>`;

export const Time = ({ at }) =>
  at ? html`<time datetime=${at} title=${formatFullTime(at)}>${formatTime(at)}</time>` : html`<span>–</span>`;

export const Badge = ({ tone = "neutral", children }) => html`<span class=${`badge badge-${tone}`}>${children}</span>`;

export const Fact = ({ label, children }) => html`<div class="fact"><dt>${label}</dt><dd>${children}</dd></div>`;

export const Tile = ({ label, value, note }) => html`
  <div class="tile">
    <dt>${label}</dt>
    <dd><span class="tile-value">${value}</span>${note && html`<span class="tile-note">${note}</span>`}</dd>
  </div>`;

/** A bar that says how much of something there is. The mark is where it becomes scarce. */
export function Meter({ label, share, text, mark = null, tone = "plain" }) {
  const part = Math.min(1, Math.max(0, share));
  return html`
    <div
      class=${`meter meter-${tone}`}
      role="meter"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(part * 100)}
      aria-valuetext=${text}
    >
      <div class="meter-fill" style=${{ transform: `scaleX(${part})` }}></div>
      ${mark !== null && html`<div class="meter-mark" style=${{ left: `${Math.min(1, mark) * 100}%` }}></div>`}
    </div>`;
}

/** Browsers keep the clipboard from pages that came by plain HTTP from another machine; this is the way that is left to those. */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  field.className = "only-heard";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return isCopied;
}

async function copyText(text) {
  if (!navigator.clipboard) return copyBySelection(text);
  await navigator.clipboard.writeText(text);
  return true;
}

export function CopyButton({ text, what }) {
  const [state, setState] = useState("idle");
  const copy = async () => {
    const isCopied = await copyText(text).catch(() => false);
    setState(isCopied ? "done" : "refused");
    setTimeout(() => setState("idle"), 2500);
  };
  return html`
    <span class="copy">
      <button type="button" class="button button-small" onClick=${copy}>
        ${say("copy.button")}<span class="only-heard"> ${what}</span>
      </button>
      <span class="copy-state" role="status">${state === "idle" ? "" : say(`copy.${state}`)}</span>
    </span>`;
}

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

/** Stands in for what is not here yet, or could not be had. */
export function Waiting({ error, onRetry }) {
  if (!error) return html`<p class="empty waiting" role="status">${say("state.loading")}</p>`;
  return html`
    <div class="notice notice-bad" role="alert">
      <p>${error.status ? say("state.refused", { status: error.status }) : say("state.unreachable")}</p>
      ${onRetry && html`<button type="button" class="button" onClick=${onRetry}>${say("state.retry")}</button>`}
    </div>`;
}
