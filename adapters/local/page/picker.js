// Chooses the last frame of an earlier video.

import { jobPath } from "./api.js";
import { show } from "./dialogs.js";
import { byId, element, setText } from "./element.js";
import { say } from "./say.js";
import * as words from "./words.js";
import { storedFrame } from "./zone.js";

const MOST = 24;

/** Lets one be chosen for a zone, and calls `put(image)` with it. */
export function pickFrame(which, jobs, put) {
  const videos = jobs.newest().filter((job) => job.video).slice(0, MOST);
  setText(byId("picker-title"), words.pick(which));
  setText(byId("picker-help"), videos.length ? words.PICK_HELP : words.NO_PICKS);
  byId("picks").replaceChildren(...videos.map((job) => row(job, which, put)));
  show("picker");
}

function row(job, which, put) {
  const name = words.lastOf(job.prompt);
  const image = element("img", { alt: "", loading: "lazy", width: 160, height: 90, src: `${jobPath(job.id)}/last` });
  const button = element("button", { type: "button" }, image, element("span", { dir: "auto" }, name));
  const item = element("li", {}, button);
  // Where the frame is gone there is nothing to choose.
  image.addEventListener("error", () => item.remove());
  button.addEventListener("click", () => {
    byId("picker").close();
    put(storedFrame(`${job.id}/last`, name));
    say(words.placed(which, name));
  });
  return item;
}
