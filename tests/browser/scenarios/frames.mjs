// How images come into the composer, and how they lie there.

import { card, text } from "../page.mjs";

/** Has files dropped on, or pasted into, what a selector names, as the browser tells a page of it. */
const give = (page, kind, selector, names) =>
  page.evaluate(
    async ([type, at, files]) => {
      const picture = await (await fetch("/static/icon.svg")).blob();
      const data = new DataTransfer();
      for (const name of files) data.items.add(new File([picture], name, { type: "image/svg+xml" }));
      const target = document.querySelector(at);
      target.focus?.();
      const event = type === "paste" ? new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
      target.dispatchEvent(event);
    },
    [kind, selector, names],
  );

const lying = async (page) => [await text(page.locator("[data-which=start] .invite")), await text(page.locator("[data-which=end] .invite"))];

export async function droppedAndPasted({ browser }) {
  const page = await browser.open();
  const seen = [];
  for (const [kind, selector, names] of [
    ["drop", "#end", ["one.svg"]],
    ["paste", "#prompt", ["two.svg"]],
    ["drop", "#cards", ["three.svg", "four.svg"]],
    ["paste", "#end", ["five.svg"]],
  ]) {
    await give(page, kind, selector, names);
    seen.push(await lying(page));
  }
  await page.getByRole("button", { name: "Remove the first image" }).click();
  return { seen, removed: await lying(page), focus: await page.evaluate(() => document.activeElement.id) };
}

/** A link that is pasted lies in a zone, without a preview; in a text it is a text. */
export async function pastedLinks({ browser, link }) {
  const page = await browser.open();
  const paste = (selector, text) =>
    page.locator(selector).evaluate((node, pasted) => {
      node.focus();
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", pasted);
      const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
      return !node.dispatchEvent(event);
    }, text);
  const taken = [];
  for (const [selector, text] of [["#prompt", link], ["#end", "not a link"], ["#end", link], ["#end", "http://"]]) {
    taken.push(await paste(selector, text));
  }
  const lies = await lying(page);
  const shown = await page.locator(".zone img:visible").count();
  await page.getByLabel("First image").first().setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("x") });
  await page.getByLabel("What happens in between").fill("dusk falls");
  await page.getByRole("button", { name: "Make the video" }).click();
  const fault = page.locator("#end-fault:not(:empty)");
  await fault.waitFor();
  return { taken, lies, shown, fault: await fault.textContent(), strangers: browser.strangers };
}

/** The preview is cut as the video will be: what is not dimmed has the quoted shape, and the image is there whole. */
export async function cropped({ browser, start }) {
  const page = await browser.open({ reducedMotion: "reduce" });
  await page.getByLabel("First image").first().setInputFiles(start);
  const shapes = {};
  for (const [shape, size] of [["1:1", "960 × 960"], ["9:16", "720 × 1280"], ["16:9", "1280 × 720"]]) {
    await page.locator(".segments label", { hasText: shape }).click();
    await page.locator("#length", { hasText: size }).waitFor();
    shapes[shape] = await page.locator("[data-which=start] .picture").evaluate((picture) => {
      const [whole, cut] = [picture, picture.querySelector(".cut")].map((node) => node.getBoundingClientRect());
      return { ratio: cut.width / cut.height, whole: whole.width / whole.height };
    });
  }
  return shapes;
}

/** Where motion is unwelcome, a video waits for its watcher. */
export async function still({ browser, before }) {
  const page = await browser.open({ reducedMotion: "reduce" });
  const video = card(page, before).locator("video");
  await page.waitForFunction((each) => each.readyState > 0, await video.elementHandle());
  const waits = await video.evaluate((each) => each.paused && each.currentTime === 0);
  await video.evaluate((each) => each.play());
  await page.waitForFunction((each) => each.currentTime > 0, await video.elementHandle());
  return { waits };
}
