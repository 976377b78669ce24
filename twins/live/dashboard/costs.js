/** What the day has cost so far, part by part. */

import { html, keepChildren, setAttribute, setText, svg } from "./dom.js";
import { fixed, title } from "./format.js";

/** A list of the parts that are not zero, with bars: costs to the right, earnings to the left. */
export class Costs {
  constructor(parent, plant) {
    this.plant = plant;
    this.list = html("ul", { class: "costs" });
    this.none = html("p", { class: "empty" }, "Nothing yet.");
    parent.append(this.none, this.list);
  }

  draw({ day }) {
    const parts = Object.entries(day?.cost ?? {}).filter(([, amount]) => Math.abs(amount) >= 0.005);
    const all = parts.length > 1 ? [...parts, ["sum", day.costSum]] : parts;
    const most = Math.max(...all.map(([, amount]) => Math.abs(amount)));
    this.none.hidden = parts.length > 0;
    keepChildren(this.list, all, makePart, (item, [part, amount]) => {
      const [name, bar, value] = item.children;
      setText(name, title(part));
      setText(value, `${fixed(amount, most < 1000 ? 2 : 0)} ${this.plant.currency}`);
      showBar(bar.firstElementChild, amount / most);
    });
  }
}

function makePart() {
  return html("li", {}, html("span"), makeBar(), html("b"));
}

/** A bar that goes both ways from its middle. */
export function makeBar() {
  const bar = svg("rect", { y: 2, height: 8, rx: 2 });
  const frame = { class: "both-ways", viewBox: "0 0 100 12", preserveAspectRatio: "none" };
  return svg("svg", { ...frame, "aria-hidden": "true" }, bar);
}

/** Show a share from -1 (left) to 1 (right). */
export function showBar(bar, share) {
  setAttribute(bar, "x", (50 + Math.min(0, 50 * share)).toFixed(1));
  setAttribute(bar, "width", Math.abs(50 * share).toFixed(1));
  setAttribute(bar, "class", share < 0 ? "left-bar" : "right-bar");
}
