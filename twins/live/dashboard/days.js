/** The days that this page has seen: what each cost, and what it saved against the rule. */

import { energy, short } from "./format.js";
import { html, keepChildren, setText } from "./dom.js";
import { makeBar, showBar } from "./costs.js";

const SHOWN = 14;

/** A table of the last days, the latest first, with bars of the savings. */
export class Days {
  constructor(parent, plant) {
    this.plant = plant;
    const unit = `[${plant.currency}]`;
    const names = ["day", `cost ${unit}`, `rule ${unit}`, `savings ${unit}`, "", "energy"];
    const heads = names.map((name) => html("th", { scope: "col" }, name));
    this.body = html("tbody");
    this.none = html("p", { class: "empty" }, "No day has ended since this page was opened.");
    this.table = html("table", {}, html("thead", {}, html("tr", {}, ...heads)), this.body);
    parent.append(this.none, html("div", { class: "scroll" }, this.table));
  }

  draw({ past }) {
    const days = past.slice(-SHOWN).reverse();
    this.none.hidden = days.length > 0;
    this.table.hidden = !days.length;
    const most = Math.max(1e-9, ...days.map((day) => Math.abs(day.savings ?? 0)));
    keepChildren(this.body, days, makeRow, (row, day) => showRow(row, day, most));
  }
}

function makeRow() {
  const cells = Array.from({ length: 6 }, () => html("td"));
  cells[4].append(makeBar());
  return html("tr", {}, ...cells);
}

function showRow(row, day, most) {
  const tell = (value) => (value === null ? "–" : short(value));
  const money = [day.costSum, day.ruleCost, day.savings].map(tell);
  const texts = [day.name, ...money, null, energy(day.energyKwh)];
  texts.forEach((text, k) => text === null || setText(row.cells[k], text));
  showBar(row.querySelector("rect"), (day.savings ?? 0) / most);
}
