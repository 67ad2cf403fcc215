// The recipe of a job: all that makes it again, as text to read and to copy.

import { show } from "./dialogs.js";
import { byId, setText } from "./element.js";
import { say } from "./say.js";
import * as words from "./words.js";

/** Returns the recipe as lines of `name: value`. */
export function recipeOf(job) {
  const options = { ...job.options, ...(job.seed == null ? {} : { seed: job.seed }) };
  const fit = job.fit === "blur" ? job.fit : null;
  const lines = [["prompt", job.prompt], ["model", job.model], ...Object.entries(options), ["fit", fit], ["request", job.request_id]];
  return lines.filter(([, value]) => value != null).map(([name, value]) => `${name}: ${value}`).join("\n");
}

export async function showRecipe(job) {
  const text = recipeOf(job);
  const button = byId("recipe-copy");
  setText(byId("recipe-text"), text);
  setText(button, words.COPY);
  button.onclick = async () => {
    await copy(text);
    setText(button, words.COPIED);
    say(words.COPIED);
  };
  await show("recipe");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Over plain HTTP a page may not write the clipboard: it is selected, for the reader to copy.
    getSelection().selectAllChildren(byId("recipe-text"));
  }
}
