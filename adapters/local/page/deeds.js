// What the buttons of a card do.

import { call, jobPath, newKey } from "./api.js";
import { confirmed } from "./dialogs.js";
import { showRecipe } from "./recipe.js";
import { say } from "./say.js";
import * as words from "./words.js";
import { storedFrame } from "./zone.js";

const SEED = "seed";

/**
 * Returns what `Card` calls for its buttons. `page` holds the parts: `jobs`, `composer()`, `reveal(id)` and
 * `showChannel()`.
 */
export function deeds(page) {
  /** Keys of presses that were not answered: pressed again, it is the same job. */
  const keys = new Map();
  const post = async (job, name) => {
    const path = `${jobPath(job.id)}/${name}`;
    const key = keys.get(path) ?? newKey();
    keys.set(path, key);
    try {
      const answer = await call("POST", path, { key });
      keys.delete(path);
      return answer;
    } catch (error) {
      if (error.status && error.status < 500) keys.delete(path);
      throw error;
    }
  };
  const made = (job) => {
    page.jobs.meet(job);
    page.showChannel();
    page.reveal(job.id);
    return job;
  };
  const fill = (values) => {
    page.showChannel();
    page.composer().fill(values);
  };
  const table = {
    edit: (job) => fill({ prompt: job.prompt, options: job.options, fit: job.fit, ...bothFrames(job) }),
    continue: (job) => {
      const options = { ...job.options };
      delete options[SEED];
      const start = storedFrame(`${job.id}/last`, words.lastOf(job.prompt));
      fill({ prompt: "", options, fit: job.fit, start, end: null });
    },
    recipe: (job) => showRecipe(job),
    delete: (job) => remove(page, job),
    again: async (job) => {
      if (await confirmed(words.SEND_AGAIN)) made(await post(job, "again"));
    },
  };
  return async (name, job) => {
    if (table[name]) return table[name](job);
    const answer = await post(job, name);
    return answer.id === job.id ? answer : made(answer);
  };
}

function bothFrames(job) {
  const named = (which) => storedFrame(`${job.id}/${which}`, words.firstOf(which, job.prompt));
  return { start: named("start"), end: named("end") };
}

async function remove({ jobs }, job) {
  if (!(await confirmed(words.DELETE))) return;
  await call("DELETE", jobPath(job.id));
  jobs.drop(job.id);
  say(words.deleted(job.prompt));
}
