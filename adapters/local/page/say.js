// Tells a screen reader what has changed: a sentence for each news of weight, and none for a step.

import { byId, setText } from "./element.js";

let turn = false;

/** Has a sentence read out politely; the same one twice is read twice. */
export function say(sentence) {
  turn = !turn;
  setText(byId("announcer"), turn ? sentence : `${sentence}\u00a0`);
}
