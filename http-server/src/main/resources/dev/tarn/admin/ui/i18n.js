import { english } from "./languages/english.js";
import { chinese } from "./languages/chinese.js";
import { chosenLanguage, chooseLanguage } from "./preferences.js";

const languages = {
  en: { dictionary: english, tag: "en" },
  zh: { dictionary: chinese, tag: "zh-Hans" },
};

const locales = {};

let current = firstLanguage();
let plurals = new Intl.PluralRules(current);
let counts = new Intl.NumberFormat(locale());
applyToDocument();

function firstLanguage() {
  const chosen = chosenLanguage();
  if (chosen in languages) return chosen;
  const wanted = navigator.languages ?? [navigator.language];
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in languages);
  return known ?? "en";
}

function applyToDocument() {
  document.documentElement.lang = languages[current].tag;
}

export const language = () => current;

/** The locale for numbers and times: the browser's own where it speaks the chosen language. */
export function locale() {
  locales[current] ??= navigator.languages?.find((tag) => tag.toLowerCase().startsWith(current)) ?? languages[current].tag;
  return locales[current];
}

export function switchLanguage(next) {
  if (!(next in languages)) return;
  current = next;
  plurals = new Intl.PluralRules(next);
  counts = new Intl.NumberFormat(locale());
  chooseLanguage(next);
  applyToDocument();
}

const isKnown = (key) => Object.hasOwn(languages[current].dictionary, key);

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function say(key, values = {}) {
  return isKnown(key) ? fill(languages[current].dictionary[key], values) : key;
}

/** For words that the server picks: one that this page does not know is shown as it came. */
export function sayOr(key, otherwise) {
  return isKnown(key) ? languages[current].dictionary[key] : otherwise;
}

export function sayCount(key, count, values = {}) {
  const form = plurals.select(count) === "one" ? "one" : "other";
  return say(`${key}.${form}`, { count: counts.format(count), ...values });
}
