/** Stocks with their limits, a small chart each. */

import { axisOf, limit, Plot, stateLine } from "./plot.js";
import { fixed } from "./format.js";
import { html, setText } from "./dom.js";

/** The stocks of a factory. */
export class Stocks {
  #cards;

  constructor(parent, plant, redraw) {
    this.plant = plant;
    this.#cards = plant.materials.map((material, k) => {
      const value = html("b");
      const head = html("p", { class: "stock-head" }, html("span", {}, material.name), value);
      const card = html("div", { class: "stock" }, head);
      const plot = new Plot(card, { label: material.name, height: 108, hasClock: true, left: 46 });
      plot.onResize = redraw;
      parent.append(card);
      return { material, k, value, plot, card };
    });
  }

  draw({ day }) {
    if (!day) return;
    for (const card of this.#cards) this.#drawCard(day, card);
  }

  #drawCard(day, { material, k, value, plot, card }) {
    const { min, max, target, name } = material;
    const unit = this.plant.stockUnit;
    const levels = day.stocks[k];
    const top = Math.max(...levels, target, min);
    const isNearMax = top > 0.5 * max;
    const known = [...levels, min, ...(target ? [target] : []), ...(isNearMax ? [max] : [])];
    plot.draw(day, axisOf(unit, known, { floor: Math.min(0, min), count: 2 }), (scales) => [
      ...(isNearMax ? limit(max, scales, day.steps, "top", "most") : []),
      ...(min > 0 ? limit(min, scales, day.steps, "bottom", "least") : []),
      ...(target ? limit(target, scales, day.steps, "target", "target") : []),
      stateLine(levels, scales, "stock"),
    ]);
    const now = levels.at(-1);
    setText(value, `${fixed(now)}${target ? ` of ${fixed(target)}` : ""} ${unit}`);
    plot.label = `${name}: ${fixed(now)} ${unit}, limits ${fixed(min)} and ${fixed(max)}`;
    const share = (now - min) / (max - min);
    card.classList.toggle("tight", !target && (share > 0.98 || (share < 0.02 && min > 0)));
  }
}
