// Everything by keyboard alone.

import { card, focused, PATIENCE, until } from "../page.mjs";

const MOST_STEPS = 60;

/** Presses Tab until something has the focus that is named like this; returns the names on the way. */
async function tabTo(page, wanted) {
  const way = [];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await page.keyboard.press("Tab");
    way.push(await focused(page));
    if (wanted.test(way.at(-1))) return way;
  }
  throw new Error(`no Tab leads to ${wanted}: ${way.join(" | ")}`);
}

/**
 * Has files chosen in the file pickers that keys open, one after the other; returns what waits for the next to be chosen.
 * The listener stays: one that is added together with the key may come after it.
 */
function choosing(page, files) {
  const left = [...files];
  let chosen = () => {};
  page.on("filechooser", async (chooser) => {
    await chooser.setFiles(left.shift());
    chosen();
  });
  return async () => {
    const isChosen = new Promise((resolve) => {
      chosen = resolve;
    });
    await page.keyboard.press("Enter");
    await isChosen;
  };
}

const isInDialog = (page) => page.evaluate(() => document.activeElement.closest("dialog[open]") !== null);
const isSeen = (page) => page.evaluate(() => document.activeElement.matches(":focus-visible"));

export async function keyboardAlone({ browser, start, end, prompt }) {
  const page = await browser.open();
  const choose = choosing(page, [start, end]);
  const way = await tabTo(page, /^First image/);
  await choose();
  way.push(...(await tabTo(page, /^Last image/)));
  await choose();
  way.push(...(await tabTo(page, /^What happens in between/)));
  await page.keyboard.type(prompt);
  way.push(...(await tabTo(page, /^480p|^720p/)));
  const seen = await isSeen(page);
  await page.keyboard.press("Control+Enter");
  await until(page, prompt, /Waiting|Rendering/);
  await tabTo(page, /^Cancel$/);
  await page.keyboard.press("Enter");
  await until(page, prompt, "Cancelled");
  const afterCancel = await page.evaluate(() => document.activeElement.closest("article") !== null);
  return { way, seen, afterCancel, ...(await dialogs(page, prompt)) };
}

async function dialogs(page, prompt) {
  const at = () => page.evaluate(() => document.activeElement.dataset.deed ?? document.activeElement.id);
  await card(page, prompt).getByRole("button", { name: "Recipe" }).focus();
  await page.keyboard.press("Enter");
  const inside = [await isInDialog(page)];
  // As many as the dialog has stops, and the browser's own one between the last and the first.
  for (let step = 0; step < 3; step += 1) {
    await page.keyboard.press("Tab");
    inside.push(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null));
  }
  await page.keyboard.press("Escape");
  const back = await at();
  await card(page, prompt).getByRole("button", { name: "Delete" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  const kept = [await at(), await card(page, prompt).count()];
  await card(page, prompt).locator("[data-deed=delete]:not([aria-disabled])").waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await card(page, prompt).waitFor({ state: "detached", timeout: PATIENCE });
  return { inside, back, kept, afterDelete: await at() };
}
