// How the page looks, weighs and reads: pictures of it, its bytes and its time, and what axe finds.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { card, fill, PATIENCE, text } from "../page.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const GRAVE = ["serious", "critical"];
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const LOADS = 5;

async function graveFaults(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact));
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} (${failureSummary})`).join("; ")}`);
}

/** Lets axe look at each view and dialog, in light and dark. */
export async function axe({ browser, prompt, wide, tall }) {
  const found = {};
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.open({ colorScheme, reducedMotion: "reduce" });
    const look = async (view) => {
      found[`${view}, ${colorScheme}`] = await graveFaults(page);
    };
    await page.locator("#more > summary").click();
    await card(page, prompt).waitFor();
    await look("channel");
    await page.getByLabel("First image").first().setInputFiles(wide);
    await page.getByLabel("Last image").first().setInputFiles(tall);
    await page.locator("#warnings p").first().waitFor();
    await look("warned");
    await page.locator("#mends").getByRole("button", { name: "Blurred borders" }).click();
    await page.locator(".bordered").first().waitFor();
    await look("bordered");
    await page.locator("#prompt").focus();
    await page.keyboard.press("Control+Enter");
    await page.locator("#prompt-fault:not(:empty)").waitFor();
    await look("faults");
    for (const [name, button] of [["recipe", "Recipe"], ["confirm", "Delete"]]) {
      await card(page, prompt).getByRole("button", { name: button }).click();
      await look(name);
      await page.keyboard.press("Escape");
    }
    await page.getByRole("button", { name: /From a video/ }).first().click();
    await look("picker");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Gallery" }).click();
    await page.locator("#tiles article").first().waitFor();
    await look("gallery");
    await page.context().close();
  }
  return found;
}

/** Takes pictures of both views and of a filled composer, in both sizes and both schemes. */
export async function pictures({ browser, folder, start, end, tall, prompt }) {
  const wide = {};
  for (const [name, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await browser.open({ viewport, colorScheme, hasTouch: name === "phone", isMobile: name === "phone", reducedMotion: "reduce" });
      const shoot = (view) => page.screenshot({ path: `${folder}/${view}-${name}-${colorScheme}.png` });
      await loaded(page);
      await fill(page, { start, end, prompt: "the tide comes in while the moon climbs over the bay" });
      await page.locator("#length", { hasText: "832" }).waitFor();
      await shoot("channel");
      await page.getByLabel("Last image").first().setInputFiles(tall);
      await page.locator("#warnings p").first().waitFor();
      await shoot("warned");
      wide[`${name}-${colorScheme}`] = await overflow(page);
      if (name === "phone") {
        await card(page, prompt).scrollIntoViewIfNeeded();
        await loaded(page);
        await shoot("cards");
      }
      await page.goto(`${browser.origin}/#gallery`);
      await page.locator("#tiles article").first().waitFor();
      await loaded(page);
      await shoot("gallery");
      await page.context().close();
    }
  }
  const narrow = await browser.open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  await fill(narrow, { start, end: tall, prompt: "" });
  await narrow.locator("#warnings p").first().waitFor();
  wide["360 pixels"] = await overflow(narrow);
  return wide;
}

/** How many pixels the page is wider than what is seen of it. */
const overflow = (page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** Waits until all pictures and posters that are in sight are there. */
const loaded = (page) =>
  page.waitForFunction(
    () => {
      const isInSight = (node) => {
        const { top, bottom, height } = node.getBoundingClientRect();
        return height > 0 && bottom > 0 && top < innerHeight;
      };
      const images = [...document.images].filter(isInSight).every(({ complete }) => complete);
      return images && [...document.querySelectorAll("video")].filter(isInSight).every(({ readyState }) => readyState > 0);
    },
    null,
    { timeout: PATIENCE },
  );

/** Opens the page anew a few times: what comes over the wire, and after how many milliseconds the composer is ready. */
export async function weighed({ browser }) {
  const times = [];
  let bytes = 0;
  for (let load = 0; load < LOADS; load += 1) {
    const context = await browser.context();
    await context.addInitScript(() => {
      new MutationObserver(() => {
        if (window.readyAt === undefined && document.querySelector("#composer[data-ready]")) window.readyAt = performance.now();
      }).observe(document, { subtree: true, attributes: true, childList: true });
    });
    const requests = [];
    const page = await context.newPage();
    page.on("requestfinished", (request) => requests.push(request));
    await page.goto(browser.origin);
    await page.waitForFunction(() => window.readyAt !== undefined);
    await page.waitForLoadState("load");
    const sizes = await Promise.all(requests.map((request) => request.sizes()));
    bytes = Math.max(bytes, sizes.reduce((sum, each) => sum + each.responseBodySize + each.responseHeadersSize, 0));
    times.push(await page.evaluate(() => window.readyAt));
    await context.close();
  }
  return { bytes, times };
}

/** A long list: what is shown at first, what older ones bring, and what the gallery finds. */
export async function longList({ browser, wanted }) {
  const context = await browser.context();
  // What has ended a moment ago is told by the stream too; this one is about what is not so new.
  await context.route("**/v1/events", (route) => route.fulfill({ contentType: "text/event-stream", body: "retry: 600000\n\n" }));
  const away = { error: { code: "store_away", message: "The job store is away." } };
  await context.route("**/v1/gallery?*", (route) => route.fulfill({ status: 503, json: away }), { times: 1 });
  const page = await browser.openIn(context);
  const first = await page.locator("#cards > li").count();
  await page.getByRole("button", { name: "Show older ones" }).click();
  await page.locator("#older-fault:not(:empty)").waitFor({ timeout: 30_000 });
  const refused = await text(page.locator("#older-fault"));
  await page.getByRole("button", { name: "Show older ones" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("#cards > li").length > count, first);
  const all = await page.locator("#cards > li").count();
  const order = await page.locator("#cards .prompt").allTextContents();
  await page.getByRole("link", { name: "Gallery" }).click();
  await page.getByLabel("Search all jobs of all platforms").fill(wanted);
  await page.locator("#found", { hasText: "1 job" }).waitFor();
  const after = await text(page.locator("#older-fault"));
  return { first, all, order, refused, after, found: await text(page.locator("#tiles .prompt")) };
}
