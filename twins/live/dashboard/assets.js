/** The assets: what each does, how healthy it is and why, and what was decided for it. */

import { fixed, power } from "./format.js";
import { html, keepChildren, setAttribute, setText } from "./dom.js";
import { heldText, levelPower, levelText } from "./levels.js";

const NO_HEALTH = { score: null, risk: null, state: "unknown", causes: [] };

/** A list with an entry for each asset. */
export class Assets {
  constructor(parent, plant) {
    this.plant = plant;
    this.list = html("ul", { class: "assets" });
    parent.append(this.list);
  }

  draw(run) {
    const show = (entry, name) => this.#show(entry, name, run);
    keepChildren(this.list, this.plant.assets, makeEntry, show);
  }

  #show(entry, name, run) {
    const health = run.analysis?.health?.[name] ?? NO_HEALTH;
    const [head, meter, reading, causes, decision] = entry.children;
    const [title, doing, badges, score] = head.children;
    entry.dataset.state = health.state;
    setText(title, name);
    setText(doing, this.#doing(name, run.day));
    setText(badges, this.#badges(name, run.status));
    setText(score, health.score === null ? "–" : fixed(health.score));
    const risk = health.risk === null ? "" : `, risk ${fixed(100 * health.risk)} %`;
    setAttribute(score, "title", `Health of 100: ${health.state}${risk}`);
    setAttribute(meter, "value", String(health.score ?? 0));
    setAttribute(meter, "aria-label", `Health of ${name}: ${health.state}`);
    setText(reading, readingText(run.readings[name]));
    const state = ["watch", "alarm"].includes(health.state) ? health.state : "";
    setText(causes, [state, health.causes.join("; ")].filter(Boolean).join(": "));
    const order = run.orders.get(name);
    setText(decision.children[0], order?.order ?? "");
    setAttribute(decision.children[0], "data-order", order?.order ?? "");
    setText(decision.children[1], order?.reason ?? "");
  }

  #doing(name, day) {
    const k = this.plant.controls.indexOf(name);
    const level = day?.levels[k]?.at(-1);
    if (level === undefined) return "";
    const kw = level > 0.005 ? levelPower(this.plant, k, level) : null;
    const mode = this.plant.isHeater || level < 0.005 ? "" : "mode ";
    return `${mode}${levelText(this.plant, level)}${kw === null ? "" : `, ${fixed(kw)} kW`}`;
  }

  #badges(name, status) {
    const held = status.overrides[name];
    const faults = status.faults.filter(({ asset }) => asset === name);
    return [
      ...(held === undefined ? [] : [`held: ${heldText(this.plant, held)}`]),
      ...faults.map(({ kind }) => kind.replaceAll("_", " ")),
    ].join(" · ");
  }
}

/** What the sensor of an asset reads, beside what a healthy one would. */
function readingText(record) {
  if (!record) return "";
  if (!record.sampled) return "no reading";
  const [signal] = record.signals;
  if (!signal || signal.reading_kw === null) return "";
  const expected = signal.expected_kw === null ? "" : `, ${power(signal.expected_kw)} expected`;
  return `reads ${power(signal.reading_kw)}${expected}`;
}

function makeEntry() {
  return html(
    "li", {},
    html(
      "div", { class: "asset-head" },
      html("b"), html("span", { class: "note" }), html("span", { class: "badge" }),
      html("span", { class: "score" }),
    ),
    html("meter", { min: 0, max: 100 }),
    html("p", { class: "note" }),
    html("p", { class: "causes" }),
    html("p", { class: "decision" }, html("span", { class: "order" }), html("span")),
  );
}
