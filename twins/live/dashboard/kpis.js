/** The figures at the top: what an operator wants to know at a glance. */

import { duration, energy, fixed, power, short } from "./format.js";
import { html, setText } from "./dom.js";

const WORST_LAST = { alarm: 0, watch: 1, ok: 2 };

/** A row of tiles. */
export class Kpis {
  #tiles;

  constructor(parent, plant) {
    this.plant = plant;
    const told = [
      ["load", "Load", load], ["price", "Price", price], ["cost", "Cost so far", cost],
      ["savings", "Saved against rule", savings], ["energy", "Energy", energyToday],
      ["dr", "Demand response", response], ["health", "Health", health],
      plant.isHeater ? ["room", "Room", room] : ["target", "Target", target],
    ];
    this.#tiles = told.map(([id, heading, tell]) => {
      const number = html("span");
      const unit = html("small");
      const value = html("dd", { class: "value" }, number, unit);
      const note = html("dd", { class: "note" });
      const title = html("dt", {}, heading);
      const tile = html("div", { class: "tile", id: `kpi-${id}` }, title, value, note);
      parent.append(tile);
      return { tile, number, unit, note, tell };
    });
  }

  draw(run) {
    if (!run.day) return;
    for (const { tile, number, unit, note, tell } of this.#tiles) {
      const [text, more, mood = ""] = tell(run, run.day, this.plant);
      const [, first, rest] = /^([−\d.,]*)(.*)$/.exec(text);
      setText(number, first || rest);
      setText(unit, first ? rest : "");
      setText(note, more);
      tile.dataset.mood = mood;
    }
  }
}

function load(run, day) {
  const foreseen = day.foreseen[day.done];
  const note = foreseen ? `next ${power(foreseen.middle)}` : "no forecast";
  return [power(day.loadKw.at(-1) ?? 0), note];
}

function price(run, day, plant) {
  const paid = day.priceAhead[0] ?? day.price.at(-1);
  const whole = [...day.price, ...day.priceAhead].filter(Number.isFinite);
  if (!Number.isFinite(paid)) return ["–", "not told"];
  const mean = whole.reduce((sum, each) => sum + each, 0) / whole.length;
  const share = mean > 0 ? (100 * (paid - mean)) / mean : 0;
  const where = `${fixed(Math.abs(share))} % ${share < 0 ? "below" : "above"}`;
  const note = `${Math.abs(share) < 0.5 ? "at" : where} the day's mean`;
  return [`${fixed(paid, 3)} ${plant.currency}/kWh`, note];
}

function cost(run, day, plant) {
  const told = day.ruleCost === null ? "rule not known" : `rule ${short(day.ruleCost)}`;
  return [`${short(day.costSum)} ${plant.currency}`, told];
}

function savings(run, day, plant) {
  if (day.savings === null) return ["–", "not known yet"];
  const percent = (100 * day.savings) / Math.abs(day.ruleCost);
  const share = day.ruleCost ? `${fixed(percent, 1)} % of its cost` : "";
  const mood = day.savings > 0 ? "good" : day.savings < 0 ? "bad" : "";
  return [`${short(day.savings)} ${plant.currency}`, share, mood];
}

function energyToday(run, day, plant) {
  if (!plant.hasGeneration) return [energy(day.energyKwh), "used today"];
  return [energy(day.energyKwh), `used; ${energy(day.generatedKwh)} generated`];
}

function response(run, day, plant) {
  const dr = run.analysis?.day === day.name ? run.analysis.dr : null;
  if (!dr) return plant.hasCalls ? ["none", "no event known"] : ["not offered", "by this plant"];
  const end = dr.from_step + dr.steps;
  const asked = dr.power_kw < 0 ? `${power(-dr.power_kw)} more` : `${power(dr.power_kw)} less`;
  const minutes = (steps) => duration(steps * plant.stepMinutes);
  if (day.done < dr.from_step) {
    return [`in ${minutes(dr.from_step - day.done)}`, `${asked} for ${minutes(dr.steps)}`, "watch"];
  }
  const earned = `${short(dr.earned)} ${plant.currency}`;
  const given = dr.response_kw === null ? "active" : power(dr.response_kw);
  if (day.done >= end) {
    return [dr.response_kw === null ? "over" : given, `event over; earned ${earned}`];
  }
  const met = dr.response_kw !== null && dr.response_kw >= 0.7 * Math.abs(dr.power_kw);
  return [given, `of ${asked}, ${minutes(end - day.done)} left; ${earned}`, met ? "good" : "bad"];
}

function health(run) {
  const assets = Object.entries(run.analysis?.health ?? {});
  if (!assets.length) return ["–", "no monitor yet"];
  const order = ([, a], [, b]) => WORST_LAST[a.state] - WORST_LAST[b.state] || a.score - b.score;
  const [name, worst] = assets.toSorted(order)[0];
  const mood = { ok: "good", watch: "watch", alarm: "bad" }[worst.state];
  const others = assets.filter(([, each]) => each.state !== "ok").length;
  const sick = `${name} is lowest; ${others} of ${assets.length} to look at`;
  const note = others ? sick : `all ${assets.length} assets ok`;
  return [`${fixed(worst.score)} / 100`, note, mood];
}

function target(run, day, plant) {
  if (!day.missing?.length) return ["–", "no target"];
  const left = day.missing.reduce((sum, each) => sum + each.left, 0);
  const wanted = plant.materials
    .filter(({ name }) => day.missing.some((each) => each.name === name))
    .reduce((sum, each) => sum + each.target - plantStart(day, plant, each), 0);
  if (left < 0.5) return ["met", `${fixed(wanted)} ${plant.stockUnit} made`, "good"];
  const share = wanted > 0 ? Math.max(0, 1 - left / wanted) : 0;
  return [`${fixed(100 * share)} %`, `${fixed(left)} ${plant.stockUnit} left to make`];
}

/** What was in stock as the day began. */
function plantStart(day, plant, material) {
  return day.stocks[plant.materials.indexOf(material)][0];
}

function room(run, day, plant) {
  const now = day.temperatures.room.at(-1);
  const { room_min_c: low, room_max_c: high } = plant.terms;
  const note = `${fixed(low, 1)} to ${fixed(high, 1)} °C wanted`;
  if (now === undefined) return ["–", note];
  return [`${fixed(now, 1)} °C`, note, now < low - 0.05 || now > high + 0.05 ? "bad" : "good"];
}
