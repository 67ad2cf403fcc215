// Follows all jobs by one stream of server-sent events, through restarts of the bot and naps of the machine.

import { call } from "./api.js";
import { byId, setText } from "./element.js";
import { AWAY } from "./words.js";

const NEWEST = 50;
const AGAIN_MS = 2000;
const PATIENCE_MS = 1500;

/** Keeps `jobs` up to date from now on; `lists(isMore)` is called whenever the newest jobs were listed. */
export class Live {
  #jobs;
  #listed;
  #stream = null;
  #notice = 0;
  #again = 0;

  constructor(jobs, listed) {
    this.#jobs = jobs;
    this.#listed = listed;
    this.#open();
  }

  #open() {
    const stream = new EventSource("/v1/events");
    this.#stream = stream;
    stream.addEventListener("job", (event) => this.#jobs.take(JSON.parse(event.data)));
    stream.addEventListener("gone", (event) => this.#jobs.drop(JSON.parse(event.data).id));
    stream.onopen = () => this.#list();
    stream.onerror = () => {
      this.#away();
      // A refusal ends a stream for good: the browser comes back by itself only after a broken connection.
      if (stream.readyState === EventSource.CLOSED) this.#later(() => this.#reopen());
    };
  }

  /** Opens a stream anew once the bot answers. A stream does not say why it was refused; a call leads to the door. */
  async #reopen() {
    try {
      await call("GET", "/v1/model");
      this.#open();
    } catch {
      this.#later(() => this.#reopen());
    }
  }

  #later(what) {
    clearTimeout(this.#again);
    this.#again = setTimeout(what, AGAIN_MS);
  }

  /** Lists the newest jobs: those that ended, or were deleted, while no stream was open are told by no stream. */
  async #list() {
    const asked = this.#jobs.clock;
    try {
      const { tweens } = await call("GET", `/v1/tweens?limit=${NEWEST}`);
      this.#jobs.mergeNewest(tweens, asked, tweens.length < NEWEST);
      this.#listed(tweens.length === NEWEST);
      if (this.#stream.readyState === EventSource.OPEN) this.#back();
    } catch {
      this.#away();
      // Where the stream has ended meanwhile, the next one lists them.
      if (this.#stream.readyState === EventSource.OPEN) this.#later(() => this.#list());
    }
  }

  #away() {
    // A moment without a stream is no news.
    this.#notice ||= setTimeout(() => setText(byId("away"), AWAY), PATIENCE_MS);
  }

  #back() {
    clearTimeout(this.#notice);
    this.#notice = 0;
    setText(byId("away"), "");
  }
}
