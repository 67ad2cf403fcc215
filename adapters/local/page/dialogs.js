// Dialogs: the browser keeps the focus in them, closes them on Escape, and gives the focus back.

import { byId, setText } from "./element.js";

/** Opens a dialog of the page; resolves once it is closed. */
export function show(id) {
  const dialog = byId(id);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", resolve, { once: true });
  });
}

/** Asks before something that cannot be taken back; resolves with whether it is wanted. */
export async function confirmed({ title, text, yes, no }) {
  const dialog = byId("confirm");
  setText(byId("confirm-title"), title);
  setText(byId("confirm-text"), text);
  setText(byId("confirm-yes"), yes);
  setText(dialog.querySelector("[data-close]"), no);
  let isWanted = false;
  byId("confirm-yes").onclick = () => {
    isWanted = true;
    dialog.close();
  };
  await show("confirm");
  return isWanted;
}

export function prepareDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      // The dialog itself is what a click beside its content hits.
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}
