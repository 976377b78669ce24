/** What stands beside the charts of the day: legends that tell values, and names at the left. */

import { html, setText } from "./dom.js";

const MOST_LETTERS = 15;

/** A row of a legend that tells values, too: `keys` are [class of the line, name]. */
export class Legend {
  #values;

  constructor(parent, heading, keys) {
    this.#values = keys.map(() => html("b"));
    const entries = keys.map(([name, text], k) => html(
      "span", { class: "key" }, html("i", { class: `swatch ${name}` }), text, this.#values[k],
    ));
    parent.append(html("div", { class: "legend" }, html("h3", {}, heading), ...entries));
  }

  show(texts) {
    this.#values.forEach((element, k) => setText(element, texts[k]));
  }
}

/** A name that is not too long for the left of a chart. */
export function clipped(name) {
  return name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
}

/** The room [px] at the left of all charts, in which the names of the controls stand. */
export function leftOf(plant) {
  const letters = Math.max(...plant.controls.map((name) => clipped(name).length));
  return Math.max(58, 14 + 6.5 * letters);
}
