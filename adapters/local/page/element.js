// Makes elements. Whatever a user wrote becomes text here, and never markup.

export const byId = (id) => document.getElementById(id);

/** Returns a new element with these attributes (false and null leave one out) and children (nodes or text). */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Returns a copy of what a template of the page holds. */
export const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Sets a text only where it differs, so that nothing is read out or laid out twice. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
