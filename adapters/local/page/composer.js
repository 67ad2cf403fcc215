// The composer: two images, a sentence and options become a job.

import { call, newKey } from "./api.js";
import { keepDraft, keptDraft } from "./draft.js";
import { byId, calm, setText } from "./element.js";
import { Options } from "./options.js";
import { pickFrame } from "./picker.js";
import { Preflight } from "./preflight.js";
import { Quote } from "./quote.js";
import { say } from "./say.js";
import * as words from "./words.js";
import { storedFrame, takeFiles, Zone } from "./zone.js";

const NEARLY_FULL = 0.8;

/** The form of one model; `sent(job)` is called with each job that the bot takes. */
export class Composer {
  #model;
  #jobs;
  #sent;
  #options;
  #fit = "crop";
  #quote = new Quote((quote) => this.#quoted(quote));
  #preflight = new Preflight((field, value) => this.#mend(field, value));
  #prompt = byId("prompt");
  #form = byId("composer");
  #key = newKey();
  #isSending = false;
  /** What was sent, by the id of its job, until the bot has opened the images. */
  #underWay = new Map();

  constructor(model, jobs, sent) {
    this.#model = model;
    this.#jobs = jobs;
    this.#sent = sent;
    const changed = () => this.#changed();
    const heard = {
      changed: () => {
        this.#preflight.forget();
        changed();
      },
      // That a picture comes into sight makes no other job of it.
      opened: () => {
        this.#preflight.forget();
        this.#ask();
      },
    };
    this.start = new Zone("start", heard);
    this.end = new Zone("end", heard);
    this.#options = new Options(model.options, changed);
    this.#restore(keptDraft());
    takeFiles(this.#zones);
    this.#listen();
    jobs.listen((job, before) => {
      this.#heard(job);
      if (job && (!before || job.final !== before.final)) this.#quote.again();
    });
    this.#changed();
    this.#form.dataset.ready = "true";
  }

  get #zones() {
    return [this.start, this.end];
  }

  /** Takes over what a job was made of; frames are named as Zone names them, null leaves a zone empty. */
  fill({ prompt, options, fit, start, end }) {
    this.#prompt.value = prompt;
    this.#options.fill(options);
    this.#fit = fit;
    this.#clearFaults();
    this.start.put(start, { quietly: true });
    this.end.put(end, { quietly: true });
    this.#changed();
    this.#form.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
    this.#prompt.focus({ preventScroll: true });
    say(words.FILLED);
  }

  #listen() {
    this.#prompt.addEventListener("input", () => {
      this.#fault("prompt", "");
      this.#changed();
    });
    byId("swap").addEventListener("click", () => this.#swap());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.#send();
    });
    for (const button of this.#form.querySelectorAll("[data-pick]")) {
      const { which } = button.closest(".zone").dataset;
      button.setAttribute("aria-label", `From a video: ${words.pick(which)}`);
      button.addEventListener("click", () => pickFrame(which, this.#jobs, (image) => this[which].put(image)));
    }
  }

  #swap() {
    const [start, end] = [this.start.lift(), this.end.lift()];
    this.start.put(end, { quietly: true });
    this.end.put(start);
    say(words.SWAPPED);
  }

  /** The bot is back: what it did not answer is asked again. */
  back() {
    this.#quote.back();
  }

  /** Anything is different now: another key, as it is another job, of which nothing was said yet; a new draft. */
  #changed() {
    if (!this.#options) return;
    this.#key = newKey();
    setText(byId("form-fault"), "");
    this.#ask();
    const draft = { options: this.#options.values(), fit: this.#fit, start: this.start.image?.from, end: this.end.image?.from };
    keepDraft({ prompt: this.#prompt.value, ...draft });
    const used = [...this.#prompt.value].length;
    const most = this.#model.prompt_max;
    setText(byId("prompt-room"), most && used > most * NEARLY_FULL ? words.room(used, most) : "");
  }

  #ask() {
    const [options, fit] = [this.#options.values(), this.#fit];
    this.#quote.ask({ options, fit, start: this.start.size, end: this.end.size });
  }

  #restore({ prompt = "", options = {}, fit = "crop", start, end }) {
    this.#prompt.value = prompt;
    this.#options.fill(options);
    this.#fit = fit;
    for (const [zone, from] of [[this.start, start], [this.end, end]]) {
      if (from) zone.put(storedFrame(from, words.IMAGE[zone.which]), { quietly: true });
    }
  }

  /** Sets an option, or how images of another shape are fitted. */
  #mend(field, value) {
    if (field === "fit") {
      this.#fit = value;
      this.#changed();
    } else {
      this.#options.set(field, value);
    }
  }

  #quoted(quote) {
    const { size, bordered = [], faults = [] } = quote;
    for (const zone of this.#zones) zone.lie(size, bordered.includes(zone.which));
    this.#preflight.show(quote);
    for (const { field, message } of faults) if (this.#options.has(field)) this.#options.fault(field, message);
  }

  async #send() {
    if (this.#isSending) return;
    const button = byId("send");
    const label = button.textContent;
    this.#isSending = true;
    button.setAttribute("aria-disabled", "true");
    setText(button, words.SENDING);
    this.#clearFaults();
    try {
      this.#accepted(await call("POST", "/v1/tweens", { form: this.#filledForm(), key: this.#key }));
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#isSending = false;
      button.removeAttribute("aria-disabled");
      setText(button, label);
    }
  }

  #filledForm() {
    const form = new FormData();
    for (const { which, image } of this.#zones) {
      if (image?.from) form.append(`${which}_from`, image.from);
      else if (image?.link) form.append(which, image.link);
      else if (image) form.append(which, image.file, image.name);
    }
    form.append("prompt", this.#prompt.value);
    form.append("fit", this.#fit);
    for (const [name, value] of Object.entries(this.#options.values())) form.append(name, String(value));
    return form;
  }

  #accepted(job) {
    const images = this.#zones.map(({ which, image, isOdd }) => ({ which, image, isOdd }));
    this.#underWay.set(job.id, { prompt: this.#prompt.value, options: this.#options.values(), fit: this.#fit, images });
    this.#prompt.value = "";
    this.start.put(null, { quietly: true });
    this.end.put(null, { quietly: true });
    this.#changed();
    say(words.sent(job.prompt));
    this.#sent(job);
  }

  /** The images are opened once the job is stored: what is wrong with one still belongs to its zone. */
  #heard(job) {
    const sent = job && this.#underWay.get(job.id);
    if (!sent || (!job.final && job.state !== "submitted")) return;
    this.#underWay.delete(job.id);
    if (!job.error?.code.startsWith("bad_image") || this.#prompt.value || this.start.image || this.end.image) return;
    this.#prompt.value = sent.prompt;
    this.#options.fill(sent.options);
    this.#fit = sent.fit;
    for (const { which, image } of sent.images) {
      if (image.file) this[which].takeFile(image.file);
      else this[which].put(image);
    }
    const odd = sent.images.filter(({ isOdd }) => isOdd).map(({ which }) => ({ field: which, message: job.error.message }));
    this.#refused({ status: 422, message: job.error.message, faults: job.error.faults ?? odd });
  }

  #refused(error) {
    const faults = error.status === 413 ? this.#tooHeavy(error.message) : error.faults;
    const elsewhere = faults.filter(({ field }) => !this.#fault(field, this.#joined(faults, field)));
    const unplaced = elsewhere.map(({ message }) => message).join(" ");
    setText(byId("form-fault"), faults.length ? unplaced : error.status ? error.message : words.NO_ANSWER);
    const [first] = faults.filter((each) => !elsewhere.includes(each));
    if (first) this.#focus(first.field);
    if (first) say(faults.map(({ message }) => message).join(" "));
  }

  #joined(faults, field) {
    return faults.filter((each) => each.field === field).map(({ message }) => message).join(" ");
  }

  #tooHeavy(message) {
    const heavy = this.#zones.filter(({ image }) => image?.file?.size > this.#model.image_bytes);
    return heavy.map(({ which }) => ({ field: which, message }));
  }

  /** Shows a fault where it belongs; returns whether there is such a place. */
  #fault(field, message) {
    if (field === "prompt") {
      setText(byId("prompt-fault"), message);
      if (message) this.#prompt.setAttribute("aria-invalid", "true");
      else this.#prompt.removeAttribute("aria-invalid");
    } else if (this.#options.has(field)) {
      this.#options.fault(field, message);
    } else if (field === "start" || field === "end") {
      this[field].fault(message);
    } else {
      return false;
    }
    return true;
  }

  #focus(field) {
    if (field === "prompt") this.#prompt.focus();
    else if (this.#options.has(field)) this.#options.focus(field);
    else this[field].focus();
  }

  #clearFaults() {
    for (const field of ["prompt", "start", "end"]) this.#fault(field, "");
    this.#options.clearFaults();
    setText(byId("form-fault"), "");
  }
}
