// All jobs that this page knows, as the bot last told them. Views listen here and ask nobody else.

/**
 * Jobs by id. The stream's word counts: a list or an answer that was asked for before the stream told of a job does
 * not overwrite what it told. `clock` counts what was told, so that a list can be compared with it.
 */
export class Jobs {
  #jobs = new Map();
  #toldAt = new Map();
  #listeners = [];
  clock = 0;

  /** Calls `listener(job, before)` for each change; `job` is null where `before` is gone. */
  listen(listener) {
    this.#listeners.push(listener);
  }

  get(id) {
    return this.#jobs.get(id);
  }

  /** Returns all jobs of this channel, newest first. */
  newest() {
    return [...this.#jobs.values()].filter(isLocal).sort((one, other) => other.accepted_at - one.accepted_at);
  }

  /** Takes what is told just now. */
  take(job) {
    this.#toldAt.set(job.id, ++this.clock);
    this.#put(job);
  }

  /** Takes a job that an answer holds, unless the stream has told of it already. */
  meet(job) {
    if (!this.#jobs.has(job.id)) this.take(job);
  }

  /** Takes a list that was asked for when the clock stood at `asked`; what is newer stays. */
  merge(list, asked) {
    for (const job of list) {
      if ((this.#toldAt.get(job.id) ?? 0) <= asked) this.#put(job);
    }
  }

  /** Merges the newest jobs of the channel; one that is missing among them, and was known before, is gone. */
  mergeNewest(list, asked, isAll) {
    this.merge(list, asked);
    const listed = new Set(list.map((job) => job.id));
    const oldest = isAll ? 0 : Math.min(...list.map((job) => job.accepted_at));
    for (const job of this.newest()) {
      const isOlder = (this.#toldAt.get(job.id) ?? 0) <= asked;
      if (isOlder && job.accepted_at > oldest && !listed.has(job.id)) this.drop(job.id);
    }
  }

  drop(id) {
    const before = this.#jobs.get(id);
    if (!before) return;
    this.#jobs.delete(id);
    this.#tell(null, before);
  }

  #put(job) {
    const before = this.#jobs.get(job.id);
    if (before && JSON.stringify(before) === JSON.stringify(job)) return;
    this.#jobs.set(job.id, job);
    this.#tell(job, before);
  }

  #tell(job, before) {
    for (const listener of this.#listeners) listener(job, before);
  }
}

export const platformOf = (job) => job.platform ?? job.id.split("-")[0];
const isLocal = (job) => platformOf(job) === "local";
