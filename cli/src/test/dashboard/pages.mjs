const patience = 10_000;

/** Opens the dashboard in a context of its own, and takes down what goes wrong in it. */
export async function openDashboard(browser, { adminUrl, token, language, viewport, scheme, bypassCSP = false }) {
  const context = await browser.newContext({
    viewport, bypassCSP, colorScheme: scheme, locale: language === "zh" ? "zh-CN" : "en-US", reducedMotion: "reduce",
  });
  context.setDefaultTimeout(patience);
  if (token) await context.addInitScript((value) => sessionStorage.setItem("tarn.token", value), token);
  await context.addInitScript(() => {
    window.__focused = new WeakSet();
    addEventListener("focusin", (event) => window.__focused.add(event.target));
  });
  const page = await context.newPage();
  const trouble = listen(page, new URL(adminUrl).host);
  await page.goto(adminUrl);
  await page.locator(".connection-open").waitFor();
  return { context, page, trouble };
}

function listen(page, host) {
  const trouble = { errors: [], foreignRequests: [] };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.errors.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.errors.push(`page error: ${error.stack ?? error}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (["data:", "blob:"].includes(url.protocol)) return;
    if (url.host !== host) trouble.foreignRequests.push(request.url());
  });
  return trouble;
}

/** Goes to a view by its route, and waits until what it shows is there. */
export async function showView(page, view) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${view}`);
  await page.locator(`main.view-${view.split("/")[0]} h1`).waitFor();
  await page.waitForFunction(() => document.querySelector("main .waiting") === null);
  if (view === "images") await openFirst(page, ".expander[aria-expanded=false]");
  if (view === "overview") await openFirst(page, "details:not([open]) > summary");
  await page.waitForTimeout(150);
}

async function openFirst(page, selector) {
  const control = page.locator(selector).first();
  if ((await control.count()) === 0) return;
  await control.click();
  await page.waitForFunction(() => document.querySelector("main .waiting") === null);
}

/** Without a token the dashboard must ask for it, refuse a wrong one, and take the right one from the keyboard. */
export async function tokenFormProblems(browser, adminUrl, token) {
  const context = await browser.newContext({ locale: "en-US" });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const problems = [];
  try {
    await page.goto(adminUrl);
    await page.locator("#token:focus").waitFor();
    await page.keyboard.type(`not ${token}`);
    await page.keyboard.press("Enter");
    await page.locator("main .notice-bad").waitFor();
    await page.locator("#token").fill(token);
    await page.keyboard.press("Enter");
    await page.locator(".connection-open").waitFor();
    await page.locator("main.view-live h2").first().waitFor();
    if (await page.evaluate((value) => Object.values(localStorage).includes(value), token)) problems.push("the token is in localStorage");
    if (page.url().includes(token)) problems.push("the token is in the address");
  } catch (error) {
    problems.push(error.message);
  }
  await context.close();
  return problems;
}
