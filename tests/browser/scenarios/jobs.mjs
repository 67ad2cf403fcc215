// Jobs: from an empty page to a video, and what may come in between.

import { card, fill, PATIENCE, press, ready, send, text, until } from "../page.mjs";

/** Waits until the card's video plays, and returns what it is. */
async function playing(page, prompt) {
  const video = card(page, prompt).locator("video");
  await video.waitFor();
  await video.scrollIntoViewIfNeeded();
  const handle = await video.elementHandle();
  await page.waitForFunction((each) => each.currentTime > 0.3 && !each.paused, handle, { timeout: PATIENCE });
  return video.evaluate(({ poster, muted, loop, controls, playsInline, videoWidth, ariaLabel }) => ({
    poster: new URL(poster).pathname,
    flags: { muted, loop, controls, playsInline },
    videoWidth,
    ariaLabel,
  }));
}

/** What the polite live region says, in the order in which it says it. */
async function announcements(page) {
  await page.evaluate(() => {
    window.said = [];
    const region = document.getElementById("announcer");
    const note = () => window.said.push(region.textContent.trim());
    new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => window.said);
}

export async function first({ browser, start, end, prompt }) {
  const page = await browser.open();
  const empty = await text(page.locator("#empty"));
  const isEmpty = await page.locator("#empty").isVisible();
  const said = await announcements(page);
  await fill(page, { start, end, prompt });
  await page.locator("#length", { hasText: "832 × 480" }).waitFor();
  const box = await page.locator(".zone[data-which=start] .cut").boundingBox();
  const quote = await text(page.locator("#quote"));
  const expected = await text(page.locator("#expected"));
  await send(page);
  const bar = card(page, prompt).getByRole("progressbar");
  await bar.waitFor();
  const handle = await bar.elementHandle();
  await page.waitForFunction((each) => Number(each.getAttribute("aria-valuenow")) > 10, handle, { timeout: PATIENCE });
  const during = await text(card(page, prompt).locator(".status"));
  await until(page, prompt, "Done");
  const video = await playing(page, prompt);
  await page.locator("#expected", { hasText: "from only 1 video" }).waitFor();
  return { isEmpty, empty, quote, expected, ratio: box.width / box.height, during, video, said: await said() };
}

export async function cancelled({ browser, start, end, prompt }) {
  const page = await browser.open();
  await fill(page, { start, end, prompt, resolution: "720p" });
  await send(page);
  await until(page, prompt, "Rendering");
  await press(page, prompt, "Cancel");
  await until(page, prompt, "Cancelled");
  return {
    status: await text(card(page, prompt).locator(".status")),
    bars: await card(page, prompt).getByRole("progressbar").count(),
    focus: await page.evaluate(() => document.activeElement.dataset.id !== undefined),
  };
}

export async function reloaded({ browser, start, end, prompt, draft }) {
  const page = await browser.open();
  await fill(page, { start, end, prompt, resolution: "720p" });
  await send(page);
  await until(page, prompt, "Rendering");
  await page.getByLabel("What happens in between").fill(draft);
  await page.getByLabel("Seed").fill("7");
  await page.reload();
  await ready(page);
  const kept = {
    prompt: await page.getByLabel("What happens in between").inputValue(),
    seed: await page.getByLabel("Seed").inputValue(),
    resolution: await page.locator(".segments input:checked").first().inputValue(),
  };
  const state = await text(card(page, prompt).locator(".tone"));
  await until(page, prompt, "Done");
  return { kept, state, cards: await page.getByRole("article").count(), video: await playing(page, prompt) };
}

export async function restarted({ browser, reach, start, end, prompt }) {
  const page = await browser.open();
  await fill(page, { start, end, prompt, resolution: "720p" });
  await send(page);
  await until(page, prompt, "Rendering");
  await page.evaluate(() => {
    window.isTheSamePage = true;
  });
  await reach("rendering");
  const away = page.locator("#away");
  await away.filter({ hasText: "does not answer" }).waitFor();
  const notice = await text(away);
  await reach("away");
  await until(page, prompt, "Done");
  return {
    notice,
    after: await text(away),
    isTheSamePage: await page.evaluate(() => window.isTheSamePage),
    cards: await page.getByRole("article").count(),
    video: await playing(page, prompt),
  };
}

export async function continued({ browser, end, before, prompt }) {
  const page = await browser.open();
  await press(page, before, "Continue from last frame");
  await page.waitForFunction(() => document.querySelector(".zone[data-which=start] img").naturalWidth > 0);
  const focus = await page.evaluate(() => document.activeElement.id);
  const from = await page.getByRole("img", { name: /Preview of the first image/ }).getAttribute("src");
  await fill(page, { end, prompt });
  await send(page);
  await until(page, prompt, "Done");
  return { focus, from, id: await card(page, prompt).getAttribute("data-id") };
}

/** A picker, swap and edit: all ways in which frames of earlier jobs come into the composer. */
export async function reused({ browser, before }) {
  const page = await browser.open();
  const source = (which) => page.locator(`.zone[data-which=${which}] img`).getAttribute("src");
  await press(page, before, "Edit");
  const edited = { start: await source("start"), end: await source("end") };
  const prompt = await page.getByLabel("What happens in between").inputValue();
  await page.getByRole("button", { name: "Swap the two images" }).click();
  const swapped = { start: await source("start"), end: await source("end") };
  await page.getByRole("button", { name: /From a video/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: /Last frame of/ }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  return { prompt, edited, swapped, picked: await source("start") };
}
