// What lies in a zone, as it will lie in the video: cropped, with what is cut away dimmed, or whole between borders.

import { paintBorders } from "./borders.js";
import { element } from "./element.js";

/** The picture of one image; `opened(size)` and `unopened()` say whether the browser knows what it is. */
export class Picture {
  #box;
  #image;
  #ground = element("canvas", { class: "ground", "aria-hidden": "true" });
  #cut = element("i", { class: "cut", "aria-hidden": "true" });
  #ratio = 1;

  constructor(box, { opened, unopened }) {
    this.#box = box;
    this.#image = box.querySelector("img");
    this.#image.before(this.#ground);
    this.#image.after(this.#cut);
    this.#image.addEventListener("load", () => {
      const { naturalWidth: width, naturalHeight: height } = this.#image;
      this.#ratio = width / height;
      this.lie(null);
      opened([width, height]);
    });
    this.#image.addEventListener("error", () => unopened());
  }

  /** Shows what is at a URL, or nothing; `alt` says what it is. */
  show(url, alt = "") {
    this.hide(!url);
    this.#image.alt = alt;
    if (url) this.#image.src = url;
    else this.#image.removeAttribute("src");
  }

  hide(isHidden = true) {
    this.#box.hidden = isHidden;
  }

  /** Has it lie in a video of this [width, height], or shows it whole where that is not known. */
  lie(video, isBordered = false) {
    const ratio = video ? video[0] / video[1] : this.#ratio;
    this.#box.classList.toggle("bordered", isBordered);
    this.#box.style.setProperty("--shape", String(isBordered ? ratio : this.#ratio));
    this.#cut.style.setProperty("--across", String(Math.min(1, ratio / this.#ratio)));
    this.#cut.style.setProperty("--down", String(Math.min(1, this.#ratio / ratio)));
    if (isBordered) paintBorders(this.#ground, this.#image, ratio);
  }
}
