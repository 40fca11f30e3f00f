import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const mostTabs = 150;

export function layoutProblems(page, language) {
  return page.evaluate((wanted) => {
    const found = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
      const isClipped = (element) => {
        for (let box = element.parentElement; box !== document.body && box !== null; box = box.parentElement) {
          if (getComputedStyle(box).overflowX !== "visible") return true;
        }
        return false;
      };
      const culprit = [...document.body.querySelectorAll("*")].find((element) => element.getBoundingClientRect().right > clientWidth + 1 && !isClipped(element));
      found.push(`the page is ${scrollWidth} wide in a window of ${clientWidth}: ${culprit?.className ?? "?"}`);
    }
    if (!document.documentElement.lang.startsWith(wanted)) found.push(`the language is ${document.documentElement.lang}`);
    if (document.querySelectorAll("h1").length !== 1) found.push("there is not one h1");
    if (document.querySelectorAll("nav [aria-current=page]").length !== 1) found.push("the navigation does not name one view as the current one");
    if (/\b[a-z-]+\.[a-z_-]+(\.one|\.other)\b/.test(document.body.innerText)) found.push("a key of the dictionary is shown");
    return found;
  }, language);
}

/** Each control must say in sight what it is: by its own text, or by its label's. */
export function nameProblems(page) {
  return page.evaluate(() => {
    const isShown = (element) => element.getClientRects().length > 0;
    const textOf = (element) => {
      if (element.matches("select")) return element.selectedOptions[0]?.textContent ?? "";
      if (element.labels?.length > 0) return [...element.labels].map((label) => label.innerText).join(" ");
      return element.matches("input") ? element.placeholder : element.textContent;
    };
    return [...document.querySelectorAll("a[href], button, input, select, summary")]
      .filter((element) => isShown(element) && textOf(element).trim() === "")
      .map((element) => `nameless: ${element.outerHTML.slice(0, 200)}`);
  });
}

/** Walks through the page with Tab: the skip link first, then all of the navigation, then what is in the view. */
/** What is live holds still meanwhile: a row that goes takes the focus with it. */
export async function keyboardProblems(page, view) {
  const pause = page.locator("header button[aria-pressed]");
  await pause.click();
  const found = await walkProblems(page, view);
  await pause.click();
  return found;
}

async function walkProblems(page, view) {
  const tabbable = await page.evaluate(rememberTabbable);
  await page.evaluate(startAtTop);
  const found = [];
  for (let step = 0; step < Math.min(tabbable + 3, mostTabs); step += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(describeFocus);
    if (step === 0 && !focus.isSkipLink) found.push("the first stop is not the skip link");
    if (focus.isOnPage && !focus.isSeen) found.push(`the focus is not to be seen on ${focus.text}`);
  }
  found.push(...(await page.evaluate(missedControls, mostTabs - 30)));
  found.push(...(await skipLinkProblems(page, view)));
  return found;
}

function rememberTabbable() {
  window.__focused = new WeakSet();
  window.__tabbable = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(
    (element) => element.getClientRects().length > 0 && !element.disabled && element.checkVisibility(),
  );
  return window.__tabbable.length;
}

function startAtTop() {
  document.activeElement?.blur();
  getSelection().removeAllRanges();
  const top = document.createElement("div");
  top.tabIndex = -1;
  document.body.prepend(top);
  top.focus({ preventScroll: true });
  top.remove();
}

function describeFocus() {
  const element = document.activeElement;
  const isOnPage = element !== null && element !== document.body;
  const outlines = isOnPage ? [getComputedStyle(element), getComputedStyle(element, "::after")] : [];
  return {
    isOnPage,
    isSkipLink: isOnPage && element.matches(".skip"),
    isSeen: outlines.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    text: isOnPage ? element.outerHTML.slice(0, 120) : "",
  };
}

/** Only what was there all the time: the live views put in and take out rows while this walks. */
function missedControls(most) {
  return window.__tabbable
    .slice(0, most)
    .filter((element) => element.isConnected && !window.__focused.has(element))
    .map((element) => `Tab does not reach ${element.outerHTML.slice(0, 160)}`);
}

async function skipLinkProblems(page, view) {
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  const isThere = await page.evaluate(() => document.activeElement?.id === "main");
  const isSame = page.url().endsWith(`#/${view}`);
  return isThere && isSame ? [] : ["the skip link does not lead to the content"];
}

export async function accessibilityProblems(page) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ["violations"] });
    return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, count: nodes.length, first: nodes[0].html, why: nodes[0].failureSummary }));
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, help, count, first, why }) => `${impact} ${id}, ${count} times: ${help}: ${first.slice(0, 200)} ${why.replace(/\s+/g, " ").slice(0, 300)}`);
}
