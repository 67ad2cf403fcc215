// The price, length, shape and expected time of what stands in the composer, as it is typed.

import { call } from "./api.js";
import { byId, setText } from "./element.js";
import * as words from "./words.js";

const PAUSE_MS = 120;

/** Asks for quotes, the newest wins; `quoted(quote)` is called with each. */
export class Quote {
  #quoted;
  #timer = 0;
  #asking = null;
  #asked = "";
  #last = null;

  constructor(quoted) {
    this.#quoted = quoted;
  }

  /** Asks, once nothing changes any more, about `{options, fit, start, end}`, the last two [width, height] or null. */
  ask(about) {
    const json = JSON.stringify(about);
    if (json === this.#asked) return;
    this.#asked = json;
    this.#last = about;
    this.again();
  }

  /** Asks the same once more: a job that was sent, or has ended, changes what is left and what is expected. */
  again() {
    if (!this.#last) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(this.#last), PAUSE_MS);
  }

  /** The bot is back: asks what it did not answer. */
  back() {
    if (!this.#asked) this.again();
  }

  async #send(json) {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      this.#tell(await call("POST", "/v1/quote", { json, signal: asking.signal }));
    } catch (error) {
      // Without an answer the next change asks again, or a bot that is back; the price of before would be a wrong one.
      if (error.name === "AbortError") return;
      this.#asked = "";
      this.#tell({});
    }
  }

  #tell(quote) {
    this.#show(quote);
    this.#quoted(quote);
  }

  #show({ free, price_usd: price, left_usd: left, seconds, size, expected_text: expected }) {
    setText(byId("price"), free ? words.FREE : price == null ? "" : words.money(price));
    setText(byId("left"), free || left == null ? "" : words.left(left));
    setText(byId("length"), words.length(seconds, size));
    setText(byId("expected"), expected ? words.expected(expected) : "");
  }
}
