// What a card shows in its film strip: both frames while a job goes, the video once it is there.

import { jobPath } from "./api.js";
import { calm, element } from "./element.js";
import * as words from "./words.js";

const SHAPE = 16 / 9;
const STAY_MS = 200;

/** Tells a video whether it is in sight, or nearly. */
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) target.dispatchEvent(new CustomEvent("sight", { detail: isIntersecting }));
  },
  { rootMargin: "120px" },
);

/** The film strip of one card; `plays` says whether its video starts by itself. */
export class Media {
  #stage;
  #plays;
  #shown = "";

  constructor(stage, plays) {
    this.#stage = stage;
    this.#plays = plays;
  }

  update(job) {
    const shape = sizeOf(job);
    this.#stage.style.setProperty("--ratio", String(shape ? shape[0] / shape[1] : SHAPE));
    const kind = job.video ? `video ${job.video}` : job.has_frames ? "frames" : "nothing";
    if (kind !== this.#shown) {
      this.#shown = kind;
      this.#stage.replaceChildren(...(job.video ? [this.#video(job, shape)] : kind === "frames" ? frames(job) : []));
    }
    this.#stage.style.setProperty("--done", String(job.final ? 0.5 : (job.card.fraction ?? 0)));
    this.#stage.classList.toggle("still", job.final && !job.video);
  }

  #video(job, shape) {
    const video = element("video", {
      controls: true,
      loop: true,
      playsinline: true,
      preload: "none",
      width: shape?.[0],
      height: shape?.[1],
      "aria-label": words.video(job.prompt),
    });
    video.muted = true;
    this.#playInSight(video, job);
    near.observe(video);
    return video;
  }

  /** Loads a video that stays in sight, and plays it there, unless motion is unwelcome or its watcher has stopped it. */
  #playInSight(video, job) {
    let isStopped = calm() || !this.#plays;
    let isOurs = false;
    let timer = 0;
    const arrive = () => {
      if (!video.src) {
        video.preload = "metadata";
        video.src = job.video;
      }
      if (!isStopped) video.play().catch(() => {});
    };
    video.addEventListener("sight", ({ detail: isInSight }) => {
      clearTimeout(timer);
      if (isInSight) {
        video.poster ||= `${jobPath(job.id)}/poster`;
        // What only flies past is not worth loading.
        timer = setTimeout(arrive, STAY_MS);
      } else if (!video.paused) {
        isOurs = true;
        video.pause();
      }
    });
    video.addEventListener("pause", () => {
      isStopped ||= !isOurs;
      isOurs = false;
    });
    video.addEventListener("play", () => {
      isStopped = false;
    });
  }
}

function frames(job) {
  return ["start", "end"].map((which) => {
    const image = element("img", { class: which, alt: words.framesOf(which, job.prompt), loading: "lazy", decoding: "async" });
    image.addEventListener("error", () => image.remove());
    image.src = `${jobPath(job.id)}/${which}`;
    return image;
  });
}

/** Returns the video's (width, height), also of a job whose video is not there yet; null where it is not known. */
function sizeOf(job) {
  if (job.size) return job.size;
  if (job.width) return [job.width, job.height];
  const sized = job.card.fields.map((field) => /^(\d+) x (\d+)$/.exec(field.value)).find(Boolean);
  return sized ? [Number(sized[1]), Number(sized[2])] : null;
}
