// What the bot does not take, told where it belongs.

import { fill, send, text, until } from "../page.mjs";

/** What is said at a field, and whether the field says that it is wrong and by what. */
async function toldAt(page, id) {
  const field = page.locator(`#${id}`);
  const fault = page.locator(`#${id}-fault`);
  const described = (await field.getAttribute("aria-describedby")).split(" ");
  return {
    said: await text(fault),
    isVisible: await fault.isVisible(),
    isWrong: (await field.getAttribute("aria-invalid")) === "true",
    isTied: described.includes(`${id}-fault`),
  };
}

const file = (name, content) => ({ name, mimeType: "image/png", buffer: Buffer.from(content) });

export async function badFile({ browser, end, prompt }) {
  const page = await browser.open();
  await fill(page, { start: file("nothing.png", ""), end, prompt });
  await send(page);
  await page.locator("#start-fault:not(:empty)").waitFor();
  const empty = await toldAt(page, "start");
  const focus = await page.evaluate(() => document.activeElement.id);
  const jobs = await page.getByRole("article").count();
  await page.getByLabel("First image").first().setInputFiles(file("letter.png", "Dear reader"));
  const cleared = await toldAt(page, "start");
  await send(page);
  await until(page, prompt, "No video");
  await page.locator("#start-fault:not(:empty)").waitFor();
  return { empty, focus, jobs, cleared, letter: await toldAt(page, "start"), other: await toldAt(page, "end"), prompt: await page.locator("#prompt").inputValue() };
}

export async function badFields({ browser, start, end }) {
  const page = await browser.open();
  await fill(page, { start, end, prompt: "" });
  await page.getByLabel("Num frames").fill("200");
  await page.locator("#option-num_frames-fault:not(:empty)").waitFor();
  const live = await toldAt(page, "option-num_frames");
  await page.getByText("More options", { exact: true }).first().click();
  await page.getByLabel("Guide scale").fill("much");
  await page.locator("#more > summary").click();
  await page.locator("#prompt").focus();
  await page.keyboard.press("Control+Enter");
  await page.locator("#prompt-fault:not(:empty)").waitFor();
  return {
    live,
    prompt: await toldAt(page, "prompt"),
    frames: await toldAt(page, "option-num_frames"),
    scale: await toldAt(page, "option-guide_scale"),
    jobs: await page.getByRole("article").count(),
  };
}
