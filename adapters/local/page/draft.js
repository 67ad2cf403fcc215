// What stands in the composer survives a reload: prompt, options and frames of earlier jobs. A file cannot.

const KEY = "tweenbot-draft";

export function keepDraft(draft) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // A browser that stores nothing has no drafts.
  }
}

/** Returns the draft that was kept, or an empty one. */
export function keptDraft() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
