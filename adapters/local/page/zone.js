// A place for one image: from the file picker, a drop, the clipboard, or a frame of an earlier job.

import { jobPath } from "./api.js";
import { byId, setText } from "./element.js";
import { Picture } from "./picture.js";
import { say } from "./say.js";
import * as words from "./words.js";

/**
 * A drop zone. What lies in it is null, or `{name, url, file}` of a file, or `{name, url, from}` of a stored frame,
 * where `from` is what the bot calls it: `<job>/start`, `<job>/end` or `<job>/last`; or `{name, link}` of an image that
 * the bot will fetch. The page shows no preview of it, for its browser asks nobody but the bot.
 */
export class Zone {
  #box;
  #input;
  #picture;
  #heard;
  image = null;
  /** [width, height] in pixels, upright, once the browser could open it. */
  size = null;
  /** Whether the browser could not open it. */
  isOdd = false;

  /** `heard` has `changed()`, for another image or none, and `opened()`, once its size is known. */
  constructor(which, heard) {
    this.which = which;
    this.#heard = heard;
    this.#box = document.querySelector(`.zone[data-which="${which}"]`);
    this.#input = byId(which);
    const seen = { opened: (size) => this.#opened(size), unopened: () => this.#unopened() };
    this.#picture = new Picture(this.#box.querySelector(".picture"), seen);
    this.#input.addEventListener("change", () => this.#chosen());
    this.#box.querySelector("[data-clear]").addEventListener("click", () => this.#cleared());
    for (const kind of ["dragenter", "dragover"]) this.#box.addEventListener(kind, () => this.#box.classList.add("over"));
    for (const kind of ["dragleave", "drop"]) this.#box.addEventListener(kind, () => this.#box.classList.remove("over"));
  }

  contains(node) {
    return this.#box.contains(node);
  }

  takeFile(file) {
    this.put({ name: file.name || words.IMAGE[this.which], url: URL.createObjectURL(file), file });
    say(words.placed(this.which, this.image.name));
  }

  takeLink(link) {
    this.put({ name: link.split(/[?#]/)[0].split("/").at(-1) || new URL(link).host, link });
    say(words.placed(this.which, this.image.name));
  }

  /** Puts an image in, or null to empty it; without `changed` where somebody else goes on to tell of it. */
  put(image, { quietly = false } = {}) {
    if (this.image?.file && this.image.url !== image?.url) URL.revokeObjectURL(this.image.url);
    this.image = image;
    this.size = null;
    this.fault("");
    this.#box.classList.toggle("full", image !== null);
    this.#box.querySelector("[data-clear]").hidden = image === null;
    this.#picture.show(image?.url, image && words.preview(this.which, image.name));
    setText(this.#box.querySelector(".invite"), image?.link ? words.noPreview(image.name) : image?.name ?? words.INVITE);
    this.isOdd = Boolean(image?.link);
    if (!quietly) this.#heard.changed();
  }

  /** Returns what lies here, and leaves the zone empty without letting go of a file. */
  lift() {
    const { image } = this;
    this.image = null;
    return image;
  }

  fault(message) {
    setText(byId(`${this.which}-fault`), message);
    this.#box.classList.toggle("wrong", message !== "");
    if (message) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }

  focus() {
    this.#input.focus();
  }

  #chosen() {
    const [file] = this.#input.files;
    if (file) this.takeFile(file);
    // The same file can be chosen again after it was removed, or mended.
    this.#input.value = "";
  }

  #cleared() {
    this.put(null);
    this.focus();
  }

  /** Has the image lie as it will in a video of this [width, height]. */
  lie(video, isBordered) {
    if (this.size) this.#picture.lie(video, isBordered);
  }

  #opened(size) {
    this.size = size;
    this.#heard.opened();
  }

  #unopened() {
    if (!this.image) return;
    this.#picture.hide();
    this.isOdd = true;
    if (this.image.from) {
      this.put(null);
      this.fault(words.NO_FRAMES);
    } else {
      // Whether it is an image is for the bot to say: it opens more formats than a browser.
      setText(this.#box.querySelector(".invite"), words.noPreview(this.image.name));
    }
  }
}

/** Has files that are dropped or pasted anywhere go to a zone: the one they hit, else the first that is empty. */
export function takeFiles(zones) {
  const zoneAt = (target) =>
    zones.find((zone) => zone.contains(target)) ?? zones.find((zone) => !zone.image) ?? zones.at(-1);
  const give = (files, target) => {
    const hit = zoneAt(target);
    // Two that come together are the first and the last, wherever they fall.
    if (files.length > 1) zones.forEach((zone, index) => zone.takeFile(files[index]));
    else hit.takeFile(files[0]);
  };
  addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    give([...event.dataTransfer.files], event.target);
  });
  addEventListener("paste", (event) => {
    const images = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    const link = event.clipboardData.getData("text/plain").trim();
    if (!images.length && /^https?:\/\/\S+$/i.test(link) && URL.canParse(link) && !isTyping()) {
      event.preventDefault();
      zoneAt(document.activeElement).takeLink(link);
      return;
    }
    // Text with a picture of itself, as word processors copy it, is text.
    if (!images.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    give(images, document.activeElement);
  });
}

/** Returns whether what is pasted goes into a text. */
const isTyping = () => document.activeElement.matches("textarea, input:not([type=file]):not([type=radio]), select");

/** Returns a stored frame, `<job>/start`, `<job>/end` or `<job>/last`, as what may lie in a zone. */
export function storedFrame(from, name) {
  const [id, which] = from.split("/");
  return { name, from, url: `${jobPath(id)}/${which}` };
}
