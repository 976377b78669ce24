/** What the plant is: what `twin` in the server's `welcome` tells, made ready for use. */

import { readToml } from "./toml.js";

const LEADING_NUMBER = /^[\d.]+(?:e[+-]?\d+)?/;

/** The plant: its controls, assets, materials, limits and what it observes. */
export class Plant {
  constructor(twin) {
    const file = readFile(twin.plant);
    this.kind = twin.kind;
    this.isHeater = twin.kind === "heater";
    this.name = file.name ?? twin.env ?? "plant";
    this.currency = twin.currency ?? "";
    this.stepMinutes = twin.step_minutes;
    this.days = twin.days ?? [];
    this.policies = twin.policies ?? [];
    this.terms = twin.terms ?? null;
    this.tasks = file.task ?? [];
    this.controls = twin.controls ?? this.tasks.map((task) => task.name);
    this.assets = twin.assets ?? this.controls;
    this.isContinuous = Boolean(twin.continuous);
    this.nModes = twin.n_modes ?? [];
    this.heater = this.isHeater ? file : null;
    this.stockUnit = file.stock_unit ?? "t";
    this.materials = (file.material ?? []).map((material) => ({
      name: material.name,
      min: material.min_t,
      max: material.max_t,
      target: material.end_min_t ?? 0,
    }));
    this.importLimitKw = file.site?.import_limit_kw ?? null;
    this.hasGeneration = (twin.meter ?? []).includes("generation_kw")
      && (file.site?.pv_capacity_kw ?? 0) + (file.site?.wind_capacity_kw ?? 0) > 0;
    this.hasCalls = Boolean(file.dr ?? twin.terms?.reduce ?? twin.terms?.absorb);
    this.observed = twin.observed ?? [];
    this.steps = this.#countSteps(file, twin);
  }

  /** The highest level of a control. */
  topLevel(k) {
    return this.isHeater ? 1 : Math.max(1, (this.nModes[k] ?? 2) - 1);
  }

  /**
   * What is observed, by name, in the units of the plant: a number, or an array of those ahead.
   *
   * Windows stand last and interleaved: all of them for this step, then for the next, and so on.
   */
  decode(observation) {
    const values = {};
    const single = this.observed.filter((entry) => entry.size === 1);
    const windows = this.observed.filter((entry) => entry.size > 1);
    single.forEach((entry, k) => {
      values[entry.name] = observation[k] * scaleOf(entry);
    });
    windows.forEach((entry, k) => {
      values[entry.name] = Array.from(
        { length: entry.size },
        (_, ahead) => observation[single.length + ahead * windows.length + k] * scaleOf(entry),
      );
    });
    for (const { name, min } of this.materials) values[`stock:${name}`] += min;
    return values;
  }

  /** Prices of a step and of those after it from what was observed before it, by step. */
  pricesAhead(window, step) {
    const perHour = window.length === this.steps ? 1 : Math.round(60 / this.stepMinutes);
    const prices = [];
    for (let k = step; k < this.steps; k += 1) {
      const ahead = k === step ? 0 : 1 + Math.floor((k - step - 1) / perHour);
      if (ahead >= window.length) break;
      prices.push(window[ahead]);
    }
    return prices;
  }

  #countSteps(file, twin) {
    const hours = this.isHeater ? 24 * (twin.form?.days ?? 1) : file.horizon_h ?? 24;
    return Math.round((60 * hours) / this.stepMinutes);
  }
}

/** The plant's file; nothing of it if it is of another kind than ours. */
function readFile(text) {
  try {
    return readToml(text ?? "");
  } catch (error) {
    console.warn(error.message);
    return {};
  }
}

function scaleOf(entry) {
  return Number(LEADING_NUMBER.exec(entry.unit)?.[0] ?? 1);
}
