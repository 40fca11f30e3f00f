import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { accessibilityProblems, keyboardProblems, layoutProblems, nameProblems } from "./checks.mjs";
import { openDashboard, showView, tokenFormProblems } from "./pages.mjs";

const longestRun = 345_000;
const viewNames = ["live", "overview", "images", "upstreams", "store", "failures", "setup", "configuration"];
const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };
const settings = [
  { language: "en", viewport: wide, scheme: "light" },
  { language: "en", viewport: narrow, scheme: "light" },
  { language: "zh", viewport: wide, scheme: "light" },
  { language: "zh", viewport: narrow, scheme: "light" },
  { language: "zh", viewport: narrow, scheme: "dark" },
  { language: "en", viewport: wide, scheme: "dark" },
];
const pictures = new Map([
  ["live en 1280 light", "live-en-1280.png"],
  ["overview en 1280 light", "overview-en-1280.png"],
  ["images en 1280 light", "images-en-1280.png"],
  ["live zh 360 dark", "live-zh-360-dark.png"],
]);

const [adminUrl, screenshotFolder, token] = process.argv.slice(2);
if (!adminUrl || !screenshotFolder) {
  console.error("usage: node dashboard.mjs <adminUrl> <screenshotFolder> [token]");
  process.exit(2);
}

const problems = [];
const groups = new Map();

function note(group, place, found) {
  groups.set(group, (groups.get(group) ?? 0) + 1);
  for (const problem of found) problems.push(`${group}: ${place}: ${problem}`);
}

async function viewsToShow() {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(new URL("api/v1/pulls?limit=1", adminUrl), { headers });
  if (!answer.ok) throw new Error(`GET api/v1/pulls: status ${answer.status}`);
  const { running, ended } = await answer.json();
  const pull = ended[0] ?? running[0];
  if (pull === undefined) console.log("no pull is known, so the view of one pull is not shown");
  return pull === undefined ? viewNames : [...viewNames, `pull/${pull.id}`];
}

/** As a browser shows it, with the policy of the server in force. */
async function checkAsServed(browser, setting, views) {
  const { page, context, trouble } = await openDashboard(browser, { adminUrl, token, ...setting });
  for (const view of views) {
    const place = placeOf(view, setting);
    await showView(page, view);
    note("layout", place, await layoutProblems(page, setting.language));
    note("visible names", place, await nameProblems(page));
    if (pictures.has(place)) await page.screenshot({ path: join(screenshotFolder, pictures.get(place)) });
    if (setting.language === "en" && setting.scheme === "light") note("keyboard", place, await keyboardProblems(page, view));
    const hostile = await page.evaluate(() => window.__hostile);
    note("hostile text", place, hostile === undefined ? [] : [`it ran: ${hostile}`]);
    note("console and page errors", place, trouble.errors.splice(0));
    note("requests to other hosts", place, trouble.foreignRequests.splice(0));
  }
  await context.close();
}

async function checkAccessibility(browser, setting, views) {
  const { page, context } = await openDashboard(browser, { adminUrl, token, ...setting, bypassCSP: true });
  for (const view of views) {
    await showView(page, view);
    note("axe", placeOf(view, setting), await accessibilityProblems(page));
  }
  await context.close();
}

const placeOf = (view, { language, viewport, scheme }) => `${view} ${language} ${viewport.width} ${scheme}`;

async function run() {
  await mkdir(screenshotFolder, { recursive: true });
  const views = await viewsToShow();
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    if (token) note("token form", "without a token", await tokenFormProblems(browser, adminUrl, token));
    for (const setting of settings) {
      await Promise.all([checkAsServed(browser, setting, views), checkAccessibility(browser, setting, views)]);
    }
  } finally {
    await browser.close();
  }
  return views.length * settings.length;
}

function report(viewsChecked) {
  for (const [group, count] of groups) {
    console.log(`${group}: ${count} checked, ${problems.filter((problem) => problem.startsWith(`${group}: `)).length} problems`);
  }
  for (const problem of problems) console.log(`problem: ${problem}`);
  console.log(`dashboard: ${viewsChecked} views checked, ${problems.length} problems`);
  process.exit(problems.length === 0 ? 0 : 1);
}

setTimeout(() => {
  problems.push(`time: not done after ${longestRun / 1000} s`);
  report(groups.get("layout") ?? 0);
}, longestRun).unref();

try {
  report(await run());
} catch (error) {
  problems.push(`run: ${error.stack}`);
  report(groups.get("layout") ?? 0);
}
