// What the composer says and shows of both images before they are sent, and what one tap changes of that.

import { fill, focused, send, text } from "../page.mjs";

const BLUR = "Blurred borders";
const mend = (page, label) => page.locator("#mends").getByRole("button", { name: label });
const warnings = (page) => page.locator("#warnings p").allTextContents();

/** Returns how the image of a zone lies: parts of its whole that are cut out, the shape of that, and the picture's place. */
const lying = (page, which) =>
  page.locator(`[data-which=${which}] .picture`).evaluate((box) => {
    const [whole, cut] = [box.getBoundingClientRect(), box.querySelector(".cut").getBoundingClientRect()];
    return {
      across: cut.width / whole.width,
      down: cut.height / whole.height,
      ratio: cut.width / cut.height,
      isBordered: box.classList.contains("bordered"),
      shade: getComputedStyle(box.querySelector(".cut")).boxShadow,
    };
  });

/** Returns where what must not move lies, and how high the page is up to there. */
const places = (page) =>
  page.evaluate((label) => {
    const buttons = [...document.querySelectorAll("#mends button")];
    const blur = buttons.find((button) => button.textContent === label).getBoundingClientRect();
    return [blur.left, blur.top, blur.width, document.getElementById("frames").getBoundingClientRect().height];
  }, BLUR);

const pressed = (page) => page.locator("#mends [aria-pressed=true]").allTextContents();

async function seenAfter(page, change, size) {
  await change();
  await page.locator("#length", { hasText: size }).waitFor();
  return {
    warnings: await warnings(page),
    pressed: await pressed(page),
    lying: { start: await lying(page, "start"), end: await lying(page, "end") },
    places: await places(page),
    prompt: await page.locator("#prompt").evaluate((node) => node.getBoundingClientRect().top),
    focus: await focused(page),
  };
}

/** Puts in a wide image and a tall one, and presses each mend. */
export async function mends({ browser, wide, tall }) {
  const page = await browser.open({ reducedMotion: "reduce" });
  const before = await page.locator("#mends").isVisible();
  await fill(page, { start: wide, end: wide, prompt: "" });
  await page.locator("#length", { hasText: "832 × 480" }).waitFor();
  const alike = [await page.locator("#mends").isVisible(), await warnings(page)];
  await page.getByLabel("Last image").first().setInputFiles(tall);
  await page.locator("#warnings p").first().waitFor();
  const seen = { warned: await seenAfter(page, async () => {}, "832 × 480") };
  for (const [label, size] of [["9:16", "480 × 832"], ["1:1", "624 × 624"], ["16:9", "832 × 480"]]) {
    seen[label] = await seenAfter(page, () => mend(page, label).click(), size);
  }
  for (const name of ["blurred", "cropped"]) {
    const isOn = name === "blurred";
    seen[name] = await seenAfter(page, async () => {
      await mend(page, BLUR).click();
      await page.locator(`#mends [aria-pressed=${isOn}]`, { hasText: BLUR }).waitFor();
    }, "832 × 480");
  }
  const role = await page.locator("#warnings").getAttribute("role");
  await page.locator(".segments label", { hasText: "auto" }).click();
  await page.getByRole("button", { name: "Swap the two images" }).click();
  await page.locator("#length", { hasText: "480 × 832" }).waitFor();
  const swapped = await warnings(page);
  await page.getByRole("button", { name: "Remove the first image" }).click();
  await page.locator("#mends").waitFor({ state: "hidden" });
  return { before, alike, seen, role, swapped, gone: await warnings(page) };
}

/** Sends a wide and a tall image after each of these mends. */
export async function sentMended({ browser, reach, wide, tall, labels }) {
  const page = await browser.open();
  for (const label of labels) {
    await fill(page, { start: wide, end: tall, prompt: label });
    await page.locator("#warnings p").first().waitFor();
    await mend(page, label).click();
    await page.locator("#mends [aria-pressed=true]", { hasText: label }).waitFor();
    await send(page);
    await reach(label);
    await page.locator(".segments label", { hasText: "auto" }).click();
  }
  return labels;
}

/** Goes by keys alone: to the mends, through them, and to the prompt; what has the focus on the way. */
export async function mendedByKeys({ browser, wide, tall }) {
  const page = await browser.open();
  await page.getByLabel("First image").first().setInputFiles(wide);
  await page.getByLabel("Last image").first().setInputFiles(tall);
  await page.locator("#warnings p").first().waitFor();
  await page.locator("#end").focus();
  const way = [];
  while (way.at(-1) !== "What happens in between" && way.length < 12) {
    await page.keyboard.press("Tab");
    way.push(await focused(page));
    if (way.at(-1) !== BLUR) continue;
    await page.keyboard.press("Space");
    await page.locator("#mends [aria-pressed=true]", { hasText: BLUR }).waitFor();
    way.push(`${await focused(page)}, pressed`);
  }
  const isSeen = await page.evaluate(() => document.activeElement.matches(":focus-visible"));
  return { way, isSeen };
}

/** Returns a picture of the last image between borders, as the page draws it, and its size. */
export async function borders({ browser, tall, wide, path }) {
  const page = await browser.open({ deviceScaleFactor: 2 });
  await fill(page, { start: wide, end: tall, prompt: "" });
  await page.locator("#warnings p").first().waitFor();
  await mend(page, BLUR).click();
  await page.locator("[data-which=end] .bordered").waitFor();
  await page.locator("[data-which=end] .cut").evaluate((node) => node.remove());
  await page.locator("[data-which=end] .clear").evaluate((node) => node.remove());
  await page.locator("[data-which=end] .picture").screenshot({ path });
  return text(page.locator("#length"));
}

/** What is taken over from a bordered job, and what a reload keeps. */
export async function borderedAgain({ browser, prompt }) {
  const page = await browser.open();
  await page.getByRole("article", { name: prompt, exact: true }).getByRole("button", { name: "Recipe" }).click();
  const recipe = await text(page.locator("#recipe-text"));
  await page.keyboard.press("Escape");
  await page.getByRole("article", { name: prompt, exact: true }).getByRole("button", { name: "Edit" }).click();
  const kept = () => page.evaluate(() => JSON.parse(sessionStorage.getItem("tweenbot-draft")).fit);
  const edited = await kept();
  await page.reload();
  await page.locator("#composer[data-ready]").waitFor();
  return { recipe, edited, reloaded: await kept() };
}
