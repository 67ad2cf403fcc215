// The gallery: all jobs of all platforms, searched by the bot.

import { call } from "./api.js";
import { Card } from "./card.js";
import { byId, setText } from "./element.js";
import * as words from "./words.js";

const PAGE = 24;
const PAUSE_MS = 200;

export class Gallery {
  #deed;
  #cards = new Map();
  #list = byId("tiles");
  #timer = 0;
  #round = 0;
  #before = "";
  #isUnanswered = false;

  constructor(jobs, deed) {
    this.#deed = deed;
    jobs.listen((job, before) => this.#change(job, before));
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#look();
    });
    byId("search").addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), PAUSE_MS);
    });
    byId("further").addEventListener("click", () => this.#further());
  }

  show() {
    this.#look();
  }

  /** The bot is back: what it did not answer is asked again. */
  back() {
    if (this.#isUnanswered) this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    this.#before = "";
    const told = await this.#ask();
    if (!told) return;
    this.#cards.clear();
    this.#list.replaceChildren();
    this.#add(told);
    setText(byId("found"), told.tweens.length ? words.found(told.tweens.length, told.more) : words.NOTHING_FOUND);
  }

  async #further() {
    const told = await this.#ask();
    if (!told) return;
    const first = this.#add(told);
    first?.article.focus({ preventScroll: true });
    setText(byId("found"), words.found(this.#cards.size, told.more));
  }

  /** Returns the answer to what stands in the search, or null where a newer question was asked meanwhile. */
  async #ask() {
    const round = ++this.#round;
    const query = new URLSearchParams({ limit: PAGE });
    for (const [name, value] of [["q", byId("query").value.trim()], ["platform", byId("platform").value], ["before", this.#before]]) {
      if (value) query.set(name, value);
    }
    try {
      const told = await call("GET", `/v1/gallery?${query}`);
      this.#isUnanswered = false;
      return round === this.#round ? told : null;
    } catch (error) {
      this.#isUnanswered = error.status === 0;
      setText(byId("found"), error.message);
      return null;
    }
  }

  #add({ tweens, more }) {
    let first = null;
    for (const job of tweens) {
      if (this.#cards.has(job.id)) continue;
      const card = new Card(job, this.#deed, { plays: false });
      first ??= card;
      this.#cards.set(job.id, card);
      this.#list.append(card.element);
    }
    if (tweens.length) this.#before = String(tweens.at(-1).accepted_at);
    byId("further").hidden = !more;
    return first;
  }

  #change(job, before) {
    const card = this.#cards.get((job ?? before).id);
    if (job) {
      card?.update({ ...card.job, ...job });
    } else if (card) {
      const hadFocus = card.element.contains(document.activeElement);
      card.element.remove();
      this.#cards.delete(before.id);
      if (hadFocus) byId("gallery-title").focus();
    }
  }
}
