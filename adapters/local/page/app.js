// Puts the page together: one set of jobs, two views of it, a composer, and a stream that keeps it up to date.

import { call } from "./api.js";
import { Composer } from "./composer.js";
import { deeds } from "./deeds.js";
import { prepareDialogs } from "./dialogs.js";
import { byId, setText } from "./element.js";
import { Feed } from "./feed.js";
import { Gallery } from "./gallery.js";
import { Jobs } from "./jobs.js";
import { Live } from "./live.js";
import { followUsage } from "./usage.js";

const AGAIN_MS = 2000;
const VIEWS = ["channel", "gallery"];

const jobs = new Jobs();
let composer = null;
const parts = { jobs, composer: () => composer, reveal: (id) => feed.reveal(id), showChannel: () => go("channel") };
const deed = deeds(parts);
const feed = new Feed(jobs, deed);
const gallery = new Gallery(jobs, deed);
new Live(jobs, (isMore) => {
  feed.listed(isMore);
  gallery.back();
  composer?.back();
});

/** Shows the view that the address names. */
function showView() {
  const wanted = VIEWS.find((view) => location.hash === `#${view}`) ?? "channel";
  for (const view of VIEWS) {
    byId(`${view}-view`).hidden = view !== wanted;
    const link = document.querySelector(`nav a[href="#${view}"]`);
    if (view === wanted) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (wanted === "gallery") gallery.show();
}

function go(view) {
  if (byId(`${view}-view`).hidden) {
    location.hash = view;
    showView();
  }
}

/** Skips to what is new, whichever view is shown. */
function skip(event) {
  event.preventDefault();
  byId(byId("channel-view").hidden ? "gallery-title" : "feed-title").focus();
}

async function begin() {
  try {
    const model = await call("GET", "/v1/model");
    composer = new Composer(model, jobs, (job) => {
      jobs.meet(job);
      feed.reveal(job.id);
    });
    followUsage(jobs, model.charges);
    setText(byId("form-fault"), "");
  } catch (error) {
    setText(byId("form-fault"), error.message);
    setTimeout(begin, AGAIN_MS);
  }
}

prepareDialogs();
byId("skip").addEventListener("click", skip);
addEventListener("hashchange", showView);
showView();
begin();
