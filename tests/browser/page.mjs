// The page as its user sees it: by roles and labels where there are some.

export const PATIENCE = 90_000;

/** Opens pages of one origin, and keeps what goes wrong in them and whom else they ask. */
export class Browser {
  errors = [];
  strangers = [];

  constructor(driven, origin) {
    this.driven = driven;
    this.origin = origin;
  }

  async context(options = {}) {
    const context = await this.driven.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
    context.setDefaultTimeout(PATIENCE);
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "blob:" && origin !== this.origin) this.strangers.push(request.url());
    });
    context.on("response", (response) => {
      if (response.status() === 404) this.errors.push(`404: ${response.url()}`);
    });
    context.on("weberror", (error) => this.errors.push(String(error.error())));
    context.on("console", (message) => {
      // A refusal and a bot that is away are told in the console by the browser itself.
      const isNetwork = /^Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/.test(message.text());
      if (message.type() === "error" && !isNetwork) this.errors.push(message.text());
    });
    return context;
  }

  /** Opens the page, ready to be used; `options` are the context's. */
  async open(options = {}, view = "channel") {
    return this.openIn(await this.context(options), view);
  }

  async openIn(context, view = "channel") {
    const page = await context.newPage();
    await page.goto(`${this.origin}/#${view}`);
    await ready(page);
    return page;
  }
}

export async function ready(page) {
  await page.locator("#composer[data-ready]").waitFor({ state: "attached" });
  await page.locator("#cards[aria-busy=false]").waitFor({ state: "attached" });
}

/** Fills the composer with two files and a sentence. */
export async function fill(page, { start, end, prompt, resolution = "480p" }) {
  if (start) await page.getByLabel("First image").first().setInputFiles(start);
  if (end) await page.getByLabel("Last image").first().setInputFiles(end);
  await page.getByLabel("What happens in between").fill(prompt);
  await page.locator(".segments label", { hasText: resolution }).click();
}

export const send = (page) => page.getByRole("button", { name: "Make the video" }).click();

/** Returns the card of the job with this prompt. */
export const card = (page, prompt) => page.getByRole("article", { name: prompt, exact: true });

/** Waits until a card says in its head how its job stands. */
export async function until(page, prompt, title) {
  await card(page, prompt).locator(".tone", { hasText: title }).waitFor();
}

export const press = (page, prompt, name) => card(page, prompt).getByRole("button", { name }).click();

export const text = (locator) => locator.evaluate((node) => node.textContent.trim());

/** Names what has the focus, as a reader would. */
export const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    const name = at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent || at.id;
    return name.trim().replace(/\s+/g, " ");
  });
