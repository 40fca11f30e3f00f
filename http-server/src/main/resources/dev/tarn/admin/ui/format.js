import { locale, say } from "./i18n.js";

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];
const unknown = "–";

const formats = new Map();

/** Making one is dear, and a table needs hundreds of them at once. */
function numberFormat(fractionDigits) {
  const key = `${locale()} ${fractionDigits}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(locale(), { minimumFractionDigits: fractionDigits, maximumFractionDigits: fractionDigits }));
  }
  return formats.get(key);
}

function timeFormat(name, options) {
  const key = `${locale()} ${name}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(), options));
  return formats.get(key);
}

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

export function formatNumber(value, fractionDigits = 0) {
  return isNumber(value) ? numberFormat(fractionDigits).format(value) : unknown;
}

export function formatBytes(bytes) {
  if (!isNumber(bytes)) return unknown;
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${numberFormat(digits).format(bytes < 0 ? -value : value)} ${byteUnits[unit]}`;
}

export const formatRate = (bytesPerSecond) =>
  isNumber(bytesPerSecond) ? say("unit.rate", { size: formatBytes(bytesPerSecond) }) : unknown;

export function formatPercent(share, digits = 0) {
  return isNumber(share) ? `${numberFormat(digits).format(share * 100)} %` : unknown;
}

export const shareOf = (part, whole) => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);

export function formatDuration(millis) {
  if (!isNumber(millis)) return unknown;
  if (millis < 1000) return say("unit.milliseconds", { count: numberFormat(0).format(millis) });
  const seconds = millis / 1000;
  if (seconds < 59.95) return say("unit.seconds", { count: numberFormat(seconds < 9.95 ? 1 : 0).format(seconds) });
  const whole = Math.round(seconds);
  if (whole < 3600 && whole % 60 === 0) return say("unit.whole-minutes", { minutes: whole / 60 });
  if (whole < 3600) return say("unit.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return say("unit.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  const hours = Math.round(minutes / 60);
  return say("unit.days", { days: Math.floor(hours / 24), hours: hours % 24 });
}

function asDate(text) {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function formatTime(text) {
  const date = asDate(text);
  if (date === null) return unknown;
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? timeFormat("time", { timeStyle: "medium" }).format(date)
    : timeFormat("day", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }).format(date);
}

export function formatFullTime(text) {
  const date = asDate(text);
  return date === null ? unknown : timeFormat("full", { dateStyle: "medium", timeStyle: "long" }).format(date);
}

export function formatClock(epochSeconds) {
  return timeFormat("clock", { hour: "numeric", minute: "2-digit" }).format(new Date(epochSeconds * 1000));
}

const deceiving = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Text of strangers with what would be invisible, or would turn the text around, written out. */
export function visible(text) {
  return String(text ?? "").replace(deceiving, (character) => {
    const code = character.codePointAt(0);
    return code === 9 || code === 10 || code === 13 ? " " : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

export function imageName({ upstream, repository, reference, tag }) {
  const name = visible(reference ?? tag ?? "");
  const separator = name.startsWith("sha256:") || name.startsWith("sha512:") ? "@" : ":";
  return `${visible(upstream)}/${visible(repository)}${name ? separator + shortDigest(name) : ""}`;
}

export function shortDigest(digest) {
  const match = /^(sha\d+:)([0-9a-f]{12})[0-9a-f]+$/.exec(digest ?? "");
  return match ? match[1] + match[2] : visible(digest ?? unknown);
}
