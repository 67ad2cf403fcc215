// The channel: the cards of this page's jobs, newest first.

import { call } from "./api.js";
import { Card } from "./card.js";
import { byId, calm, setText } from "./element.js";
import { platformOf } from "./jobs.js";
import { say } from "./say.js";
import * as words from "./words.js";

const PAGE = 50;

export class Feed {
  #jobs;
  #deed;
  #cards = new Map();
  #list = byId("cards");
  #older = byId("older");
  #isListed = false;

  constructor(jobs, deed) {
    this.#jobs = jobs;
    this.#deed = deed;
    jobs.listen((job, before) => this.#change(job, before));
    this.#older.addEventListener("click", () => this.#showOlder());
    setInterval(() => this.#tick(), 1000);
  }

  /** The newest jobs are all here now. */
  listed(isMore) {
    if (!this.#isListed) this.#older.hidden = !isMore;
    this.#isListed = true;
    this.#list.setAttribute("aria-busy", "false");
    this.#showEmpty();
  }

  /** Brings a job's card into sight. */
  reveal(id) {
    this.#cards.get(id)?.element.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }

  #change(job, before) {
    if (platformOf(job ?? before) !== "local") return;
    if (!job) this.#remove(before);
    else if (this.#cards.has(job.id)) this.#update(job, before);
    else this.#add(job);
    this.#title();
  }

  #add(job) {
    const card = new Card(job, this.#deed, { plays: true });
    this.#cards.set(job.id, card);
    const next = [...this.#list.children].find((each) => Number(each.dataset.at) < job.accepted_at);
    card.element.dataset.at = String(job.accepted_at);
    card.element.classList.toggle("new", this.#isListed);
    this.#list.insertBefore(card.element, next ?? null);
    if (this.#isListed) this.#showEmpty();
  }

  #update(job, before) {
    this.#cards.get(job.id).update(job);
    // A step is no news; a card that says another thing in its head is.
    if (this.#isListed && before && before.card.title !== job.card.title) say(words.news(job.card.title, job.prompt));
  }

  #remove(job) {
    const card = this.#cards.get(job.id);
    if (!card) return;
    const hadFocus = card.element.contains(document.activeElement);
    const next = card.element.nextElementSibling ?? card.element.previousElementSibling;
    card.element.remove();
    this.#cards.delete(job.id);
    if (hadFocus) (next?.querySelector("article") ?? byId("feed-title")).focus();
    this.#showEmpty();
  }

  #showEmpty() {
    byId("empty").hidden = this.#cards.size > 0;
  }

  #tick() {
    const now = Date.now() / 1000;
    for (const card of this.#cards.values()) card.tick(now);
  }

  #title() {
    const going = this.#jobs.newest().filter((job) => !job.final);
    const fraction = going.at(-1)?.card.fraction;
    const told = fraction != null ? `${Math.round(fraction * 100)} % · ` : going.length ? "… · " : "";
    document.title = `${told}Tweenbot`;
  }

  async #showOlder() {
    const oldest = this.#jobs.newest().at(-1);
    const asked = this.#jobs.clock;
    setText(byId("older-fault"), "");
    try {
      const query = `platform=local&before=${oldest.accepted_at}&limit=${PAGE}`;
      const { tweens, more } = await call("GET", `/v1/gallery?${query}`);
      this.#isListed = false;
      this.#jobs.merge(tweens, asked);
      this.#isListed = true;
      if (!more && this.#older === document.activeElement) byId("feed-title").focus({ preventScroll: true });
      this.#older.hidden = !more;
    } catch (error) {
      setText(byId("older-fault"), error.status === 0 ? words.PRESS_AGAIN : error.message);
    }
  }
}
