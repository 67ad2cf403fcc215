// Two tabs of one browser.

import { card, fill, press, send, text, until } from "../page.mjs";

export async function twoTabs({ browser, start, end, prompt }) {
  const context = await browser.context();
  const [one, other] = [await browser.openIn(context), await browser.openIn(context)];
  await fill(one, { start, end, prompt, resolution: "720p" });
  await send(one);
  await until(other, prompt, "Rendering");
  await press(other, prompt, "Cancel");
  await until(one, prompt, "Cancelled");
  await until(other, prompt, "Cancelled");
  const told = await Promise.all([one, other].map((page) => text(card(page, prompt).locator(".told .status"))));
  await press(one, prompt, "Delete");
  await one.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await card(one, prompt).waitFor({ state: "detached" });
  await card(other, prompt).waitFor({ state: "detached" });
  return { told, empty: await Promise.all([one, other].map((page) => page.locator("#empty").isVisible())) };
}
