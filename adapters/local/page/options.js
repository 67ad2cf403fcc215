// The fields of the model's options, made from its declaration.

import { byId, element, setText } from "./element.js";
import * as words from "./words.js";

const LONG = 60;

/** All options of a model; `changed` is called for each change. Values are told where they differ from the default. */
export class Options {
  #fields = new Map();

  constructor(declared, changed) {
    for (const option of declared) {
      const field = makeField(option);
      field.row.addEventListener("input", () => {
        this.fault(option.name, "");
        changed();
      });
      this.#fields.set(option.name, field);
      byId(option.level === "basic" ? "basic" : "advanced").append(field.row);
    }
  }

  /** Returns {name: value} of what was changed; a text that is no number stays one, for the bot to refuse. */
  values() {
    const changed = {};
    for (const [name, { option, read }] of this.#fields) {
      const text = read().trim();
      if (text !== "" && text !== textOf(option.default)) changed[name] = typed(option, text);
    }
    return changed;
  }

  /** Sets all options: those that are not given have their default. */
  fill(values) {
    for (const [name, { option, write }] of this.#fields) write(textOf(values[name] ?? option.default));
  }

  /** Sets one option, as if it had been chosen. */
  set(name, value) {
    const { row, write } = this.#fields.get(name);
    write(textOf(value));
    row.dispatchEvent(new Event("input"));
  }

  has(name) {
    return this.#fields.has(name);
  }

  fault(name, message) {
    const { fault, target } = this.#fields.get(name);
    setText(fault, message);
    if (message) target.setAttribute("aria-invalid", "true");
    else target.removeAttribute("aria-invalid");
    if (message && byId("advanced").contains(target)) byId("more").open = true;
  }

  clearFaults() {
    for (const name of this.#fields.keys()) this.fault(name, "");
  }

  focus(name) {
    const { row } = this.#fields.get(name);
    (row.querySelector("input:checked") ?? row.querySelector("input, select, textarea")).focus();
  }
}

const textOf = (value) => (value == null ? "" : String(value));

function typed(option, text) {
  if (option.type === "boolean") return text === "true";
  const number = Number(text);
  return ["integer", "number"].includes(option.type) && Number.isFinite(number) ? number : text;
}

function makeField(option) {
  const id = `option-${option.name}`;
  const range = words.range(option.minimum, option.maximum);
  const help = element("p", { class: "help", id: `${id}-help` }, option.help);
  const fault = element("p", { class: "fault", id: `${id}-fault` });
  const described = `${help.id} ${fault.id}`;
  const made = option.enum ? choices(option, id, described) : option.type === "boolean" ? toggle(option, id, described) : text(option, id, described, range);
  made.row.append(help, fault);
  made.write(textOf(option.default));
  return { option, fault, ...made };
}

const title = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

function choices(option, id, described) {
  const legend = element("legend", { class: "label" }, title(option.name));
  const segments = element("div", { class: "segments" });
  const inputs = option.enum.map((value, index) => {
    const input = element("input", { type: "radio", name: id, id: `${id}-${index}`, value });
    segments.append(input, element("label", { for: input.id }, value));
    return input;
  });
  const row = element("fieldset", { class: "option", "aria-describedby": described }, legend, segments);
  const read = () => inputs.find((input) => input.checked)?.value ?? "";
  const write = (value) => {
    for (const input of inputs) input.checked = input.value === value;
  };
  return { row, target: row, read, write };
}

function toggle(option, id, described) {
  const input = element("input", { type: "checkbox", role: "switch", id, "aria-describedby": described });
  const label = element("label", { for: id, class: "label" }, title(option.name));
  const write = (value) => {
    input.checked = value === "true";
  };
  return { row: element("div", { class: "option" }, label, input), target: input, read: () => String(input.checked), write };
}

function text(option, id, described, range) {
  const isNumber = option.type !== "string";
  const isLong = !isNumber && textOf(option.default).length > LONG;
  const attributes = { id, autocomplete: "off", dir: isNumber ? null : "auto", "aria-describedby": described };
  const hint = range || (option.default == null ? words.DEFAULT_LEFT : "");
  const input = isLong
    ? element("textarea", { ...attributes, rows: 3 })
    : element("input", { ...attributes, type: "text", placeholder: hint, inputmode: option.type === "integer" ? "numeric" : isNumber ? "decimal" : null });
  const label = element("label", { for: id, class: "label" }, title(option.name));
  if (range) label.append(" ", element("span", { class: "range" }, range));
  const write = (value) => {
    input.value = value;
  };
  return { row: element("div", { class: isLong ? "option long" : "option" }, label, input), target: input, read: () => input.value, write };
}
