// What the bot says of both images before they are sent, and what is one tap away to mend it.

import { byId, element, setText } from "./element.js";
import * as words from "./words.js";

/**
 * Warnings and mends. Once a pair of images needs mends they stay in their place until other images come: nothing moves
 * below the finger, and every mend can be undone. `mend(field, value)` is called for each that is pressed.
 */
export class Preflight {
  #mend;
  #box = byId("preflight");
  #row = byId("mends");
  #buttons = new Map();
  #heldAt = 0;
  #isNew = true;

  constructor(mend) {
    this.#mend = mend;
  }

  /** Other images have come: what is said next is of those. */
  forget() {
    this.#isNew = true;
  }

  /** Shows what a quote says; an empty one stands for a bot that does not answer. */
  show({ fits, bordered = [], warnings = [], mends = [] }) {
    if (fits === undefined) return this.#say([]);
    if (this.#isNew || fits === null) this.#close();
    this.#isNew = false;
    if (fits === false) this.#row.hidden = false;
    else if (this.#row.hidden && this.#row.contains(document.activeElement)) byId("swap").focus();
    if (!this.#row.hidden) this.#offer(mends);
    const isMended = !this.#row.hidden && !warnings.length;
    const said = isMended ? [bordered.length ? words.BORDERED : words.FITTING] : warnings;
    this.#say(said, isMended);
    this.#hold(this.#row.hidden ? 0 : this.#box.scrollHeight);
  }

  #close() {
    this.#row.hidden = true;
    this.#hold(0);
  }

  #say(sentences, isMended = false) {
    const box = byId("warnings");
    box.classList.toggle("good", isMended);
    if (box.textContent === sentences.join("")) return;
    box.replaceChildren(...sentences.map((sentence) => element("p", {}, sentence)));
  }

  /** Keeps room for the most that was said of these images; a window that gets narrower has room enough. */
  #hold(height) {
    this.#heldAt = height ? Math.max(height, this.#heldAt) : 0;
    this.#box.style.minHeight = this.#heldAt ? `${this.#heldAt}px` : "";
  }

  #offer(mends) {
    for (const mend of mends) {
      const button = this.#buttons.get(mend.label) ?? this.#button(mend.label);
      button.setAttribute("aria-pressed", String(mend.on));
      button.onclick = () => this.#mend(mend.field, mend.value);
    }
  }

  #button(label) {
    const button = element("button", { type: "button" });
    setText(button, label);
    this.#buttons.set(label, button);
    this.#row.append(button);
    return button;
  }
}
