// One job as a card. It is changed in its place, so that focus, a playing video and a selection stay.

import { jobPath } from "./api.js";
import { copyOf, element, setText } from "./element.js";
import { platformOf } from "./jobs.js";
import { Media } from "./media.js";
import * as words from "./words.js";

let count = 0;

/** The card of a job; `deed(name, job, card)` is called for its buttons. */
export class Card {
  #media;
  #deed;
  #actions = "";
  #facts = "";

  constructor(job, deed, { plays }) {
    this.element = copyOf("card");
    this.article = this.#part("article");
    this.#deed = deed;
    this.#media = new Media(this.#part(".stage"), plays);
    const title = this.#part(".prompt");
    title.id = `card-${++count}`;
    this.article.setAttribute("aria-labelledby", title.id);
    // One that ends while it is looked at keeps its room: what is below it stays where it is.
    this.article.classList.toggle("bare", job.final && !job.video && !job.has_frames);
    this.update(job);
  }

  update(job) {
    this.job = job;
    const { card } = job;
    this.article.dataset.tone = card.tone;
    this.article.dataset.id = job.id;
    setText(this.#part(".tone"), card.title);
    const platform = platformOf(job);
    setText(this.#part(".origin"), platform === "local" ? "" : words.platform(platform));
    setText(this.#part(".prompt"), job.prompt);
    setText(this.#part(".status"), card.status);
    this.#progress(job);
    this.#media.update(job);
    this.#lists(card);
    this.#buttons(job);
    this.tick(Date.now() / 1000);
  }

  /** Shows the time; `now` is in epoch seconds. */
  tick(now) {
    const when = this.#part(".when");
    const { accepted_at: since, final } = this.job;
    setText(when, final ? words.ago(since, now) : words.elapsed(now - since));
    when.dateTime = final ? new Date(since * 1000).toISOString() : `PT${Math.max(0, Math.floor(now - since))}S`;
  }

  /** Says at the card what went wrong with a deed. */
  complain(message) {
    setText(this.#part(".fault"), message);
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }

  #progress(job) {
    const bar = this.#part(".progress");
    const { fraction } = job.card;
    // What waits for a Go elsewhere makes no progress.
    bar.hidden = job.final || job.state === "proposed";
    bar.setAttribute("aria-label", words.progress(job.prompt));
    bar.classList.toggle("unknown", fraction == null);
    bar.firstElementChild.style.setProperty("--done", String(fraction ?? 0));
    if (fraction == null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(Math.round(fraction * 100)));
    bar.setAttribute("aria-valuetext", job.card.status);
  }

  #lists(card) {
    const facts = JSON.stringify([card.fields, card.notices]);
    if (facts === this.#facts) return;
    this.#facts = facts;
    const rows = card.fields.map(({ name, value }) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
    this.#part(".facts").replaceChildren(...rows);
    this.#part(".notices").replaceChildren(...card.notices.map((notice) => element("li", {}, notice)));
  }

  #buttons(job) {
    const labels = { ...job.card.actions };
    if (job.final) labels.recipe ??= words.RECIPE;
    const shown = JSON.stringify([labels, job.video, job.link]);
    if (shown === this.#actions) return;
    this.#actions = shown;
    const row = this.#part(".actions");
    const hadFocus = row.contains(document.activeElement) ? document.activeElement.dataset.deed : null;
    const isLast = (name) => name === "delete";
    const names = Object.keys(labels).sort((one, other) => isLast(one) - isLast(other));
    row.replaceChildren(...links(job), ...names.map((name) => this.#button(name, labels[name])));
    if (hadFocus) (row.querySelector(`[data-deed="${hadFocus}"]`) ?? this.article).focus();
  }

  #button(name, label) {
    const button = element("button", { type: "button", "data-deed": name }, label);
    button.addEventListener("click", () => this.#press(name, button));
    return button;
  }

  async #press(name, button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    this.complain("");
    try {
      await this.#deed(name, this.job, this);
    } catch (error) {
      this.complain(error.status === 0 ? words.PRESS_AGAIN : error.message);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }
}

function links(job) {
  const made = [];
  if (job.video) {
    const name = `tween-${job.id.replace(/^local-/, "").slice(0, 8)}.mp4`;
    made.push(element("a", { class: "button", href: `${jobPath(job.id)}/video`, download: name }, words.DOWNLOAD));
  }
  if (job.link && /^https:\/\//.test(job.link)) {
    const away = { class: "button", href: job.link, target: "_blank", rel: "noopener noreferrer" };
    made.push(element("a", away, words.open(platformOf(job))));
  }
  return made;
}
