// Answers that are lost, and what the page makes of it.

import { card, fill, press, send, text, until } from "../page.mjs";

const LOST = "did not answer";

/** Has the bot take the first request to these paths, and loses its answer once `lose` is called. */
async function loseFirst(page, path, method) {
  let lose;
  const isToBeLost = new Promise((resolve) => {
    lose = resolve;
  });
  let count = 0;
  await page.route(path, async (route) => {
    if (route.request().method() !== method || ++count > 1) return route.continue();
    await route.fetch();
    await isToBeLost;
    await route.abort("connectionreset");
  });
  return lose;
}

/** Sends a job whose pictures come into sight later than it is sent, loses the answer, and sends it once more. */
export async function lostWhileLoading({ browser, before, prompt }) {
  const page = await browser.open();
  let show;
  const isToBeShown = new Promise((resolve) => {
    show = resolve;
  });
  await page.route(/\/v1\/tweens\/[^/]+\/(start|end)$/, async (route) => {
    await isToBeShown;
    await route.continue();
  });
  const lose = await loseFirst(page, "**/v1/tweens", "POST");
  await press(page, before, "Edit");
  await page.getByLabel("What happens in between").fill(prompt);
  await send(page);
  await card(page, prompt).waitFor();
  show();
  await page.waitForFunction(() => [...document.querySelectorAll(".zone img")].every((image) => image.naturalWidth > 0));
  await page.locator("#length", { hasText: "832" }).waitFor();
  lose();
  const fault = page.locator("#form-fault", { hasText: LOST });
  await fault.waitFor();
  const said = await text(fault);
  await send(page);
  await until(page, prompt, "Done");
  const isEmptied = (await page.getByLabel("What happens in between").inputValue()) === "";
  return { said, isEmptied, cards: await page.getByRole("article", { name: prompt }).count() };
}

/** Loses the answer, and changes what was sent: that would be another job. */
export async function lostAndChanged({ browser, start, end, prompt }) {
  const page = await browser.open();
  await page.route("**/v1/tweens", (route) => (route.request().method() === "POST" ? route.abort("connectionreset") : route.continue()));
  await fill(page, { start, end, prompt });
  await send(page);
  await page.locator("#form-fault", { hasText: LOST }).waitFor();
  await page.getByLabel("What happens in between").fill(`${prompt}, slowly`);
  return text(page.locator("#form-fault"));
}

/** Presses a button of a card whose answer is lost, and presses it again. */
export async function lostPress({ browser, before, label }) {
  const page = await browser.open();
  const lose = await loseFirst(page, /\/v1\/tweens\/[^/]+\/(rerun|swap)$/, "POST");
  lose();
  const first = page.locator("#cards > li").last();
  await first.getByRole("button", { name: label }).click();
  const fault = first.locator(".fault", { hasText: LOST });
  await fault.waitFor();
  const said = await text(fault);
  const answered = page.waitForResponse(/\/v1\/tweens\/[^/]+\/(rerun|swap)$/);
  await first.getByRole("button", { name: label }).click();
  await (await answered).finished();
  await page.locator("#cards > li").nth(1).waitFor();
  const kept = { said, after: await text(first.locator(".fault")), cards: await page.getByRole("article", { name: before }).count() };
  const third = page.waitForResponse(/\/v1\/tweens\/[^/]+\/(rerun|swap)$/);
  await first.getByRole("button", { name: label }).click();
  await (await third).finished();
  await page.locator("#cards > li").nth(2).waitFor();
  return { ...kept, third: await page.getByRole("article", { name: before }).count() };
}

/** Has the stream refused while a list of jobs is under way that fails: the page opens a stream once more. */
export async function refusedStream({ browser }) {
  const context = await browser.context();
  let streams = 0;
  let lists = 0;
  let refused;
  const isRefused = new Promise((resolve) => {
    refused = resolve;
  });
  const told = (status, body) => ({ status, contentType: "text/event-stream", body });
  await context.route("**/v1/events", async (route) => {
    streams += 1;
    if (streams === 1) return route.fulfill(told(200, "retry: 50\n\n"));
    if (streams > 2) return route.continue();
    await route.fulfill(told(503, ""));
    setTimeout(refused, 300);
  });
  await context.route("**/v1/tweens?limit=*", async (route) => {
    lists += 1;
    if (lists > 1) return route.continue();
    await isRefused;
    await route.abort("connectionreset");
  });
  const page = await context.newPage();
  const third = page.waitForEvent("response", {
    predicate: (answer) => answer.url().endsWith("/v1/events") && streams > 2,
    timeout: 30_000,
  });
  await page.goto(browser.origin);
  await (await third).request();
  await page.locator("#cards[aria-busy=false]").waitFor({ state: "attached" });
  await page.locator("#away").waitFor({ state: "hidden" });
  return text(page.locator("#away"));
}

/** Is logged in when the bot comes back with another token. */
export async function endedSession({ browser, reach, token }) {
  const page = await (await browser.context()).newPage();
  await page.goto(browser.origin);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator("#cards[aria-busy=false]").waitFor({ state: "attached" });
  await reach("in");
  await page.getByLabel("Token").waitFor({ timeout: 60_000 });
  return page.getByRole("button", { name: "Log in" }).isVisible();
}

/** Searches and composes while the bot does not answer; once it does, what was asked is answered without more ado. */
export async function askedWhileAway({ browser, reach, start }) {
  const page = await browser.open();
  await reach("open");
  await page.locator("#away", { hasText: "does not answer" }).waitFor();
  await page.getByLabel("First image").first().setInputFiles(start);
  await page.locator(".zone.full img").waitFor();
  const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/v1/quote"));
  await page.locator(".segments label", { hasText: "9:16" }).click();
  await failed;
  await page.getByRole("link", { name: "Gallery" }).click();
  await page.locator("#found", { hasText: "does not answer" }).waitFor();
  await reach("asked");
  await page.locator("#found", { hasText: "Nothing found" }).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Channel" }).click();
  await page.locator("#length", { hasText: "720 × 1280" }).waitFor({ timeout: 60_000 });
  return text(page.locator("#warnings"));
}
