/** The charts of the day, one above the other on the same time axis, with a cursor through all. */

import { axisOf, band, limit, Plot, stateLine, stepArea, stepLine } from "./plot.js";
import { clock, fixed, power } from "./format.js";
import { html, setText, svg } from "./dom.js";
import { leftOf, Legend } from "./legend.js";
import { ganttChart } from "./gantt.js";

/** All charts of the day. */
export class DayCharts {
  #charts;
  #pointed;
  #run = null;
  cursor = null;

  constructor(parent, plant, redraw) {
    this.plant = plant;
    const heater = plant.isHeater ? [brickChart, roomChart] : [];
    const make = [loadChart, priceChart, ...heater, ganttChart];
    this.#charts = make.map((each) => each(parent, plant));
    this.#pointed = html("p", { class: "pointed", role: "status" });
    parent.append(this.#pointed);
    for (const { plot } of this.#charts) plot.onResize = redraw;
    this.#listen(parent);
  }

  draw(run) {
    this.#run = run;
    const { day } = run;
    if (!day) return;
    for (const chart of this.#charts) chart.draw(run, day, this.#step(day));
    this.#point();
  }

  #step(day) {
    return this.cursor === null ? day.done - 1 : Math.min(this.cursor, day.steps - 1);
  }

  #listen(parent) {
    const move = (step) => {
      this.cursor = step;
      if (this.#run) this.draw(this.#run);
    };
    const { plot } = this.#charts[0];
    parent.addEventListener("pointermove", (event) => move(plot.stepAt(event.clientX)));
    parent.addEventListener("pointerleave", () => move(null));
    parent.addEventListener("blur", () => move(null));
    parent.addEventListener("keydown", (event) => {
      const { day } = this.#run ?? {};
      if (!day || !["ArrowLeft", "ArrowRight", "Escape"].includes(event.key)) return;
      event.preventDefault();
      const by = event.key === "ArrowLeft" ? -1 : 1;
      const next = Math.max(0, Math.min(day.steps - 1, this.#step(day) + by));
      move(event.key === "Escape" ? null : next);
    });
  }

  #point() {
    const { day } = this.#run;
    for (const { plot } of this.#charts) plot.pointAt(this.cursor);
    const at = day.start + this.#step(day) * day.stepMs;
    const from = `${clock(at)} to ${clock(at + day.stepMs)}`;
    const hint = "Point at a chart, or use ← and →, to read any step.";
    setText(this.#pointed, this.cursor === null ? hint : `Values of ${from}`);
  }
}

function plotOf(parent, plant, label, height) {
  return new Plot(parent, { label, height, hasClock: false, left: leftOf(plant) });
}

function loadChart(parent, plant) {
  const keys = [["load", "load"], ["foreseen", "forecast"]];
  if (plant.hasGeneration) keys.push(["generation", "generation"]);
  const legend = new Legend(parent, "Load", keys);
  const plot = plotOf(parent, plant, "Load", 190);
  const draw = (run, day, step) => {
    const bands = Array.from(day.foreseen, (each) => each ?? null);
    const highs = bands.flatMap((each) => (each ? [each.high] : []));
    const top = Math.max(1, ...day.loadKw, ...day.generationKw, ...highs);
    const inMw = top >= 10000;
    const factor = inMw ? 0.001 : 1;
    const scaled = (values) => values.map((value) => factor * value);
    const limitKw = plant.importLimitKw;
    const isNear = limitKw !== null && top > 0.6 * limitKw;
    const axis = axisOf(inMw ? "MW" : "kW", scaled([top, isNear ? limitKw : 0]), { floor: 0 });
    const middles = bands.map((each) => each && factor * each.middle);
    const ranges = bands.map(
      (each) => each && { low: factor * each.low, high: factor * each.high },
    );
    plot.draw(day, axis, (scales) => [
      band(ranges, scales, "foreseen"),
      stepArea(scaled(day.loadKw), scales, "load"),
      ...(plant.hasGeneration ? [stepLine(scaled(day.generationKw), scales, "generation")] : []),
      stepLine(middles, scales, "foreseen"),
      stepLine(scaled(day.loadKw), scales, "load"),
      ...(isNear ? limit(factor * limitKw, scales, day.steps, "top", "import limit") : []),
      ...windowNames(day, scales),
    ]);
    const seen = day.foreseen[step];
    const range = seen && `(${power(seen.low)} to ${power(seen.high)})`;
    const foreseen = seen ? `${power(seen.middle)} ${range}` : "–";
    legend.show([power(day.loadKw[step]), foreseen, power(day.generationKw[step])]);
    plot.label = `Load of the day; ${power(day.loadKw[step])}, forecast ${foreseen}`;
  };
  return { plot, draw };
}

function windowNames(day, { x, y }) {
  return day.windowsWithin().map(({ from, powerKw }) => {
    const text = powerKw < 0 ? `DR: ${power(-powerKw)} more` : `DR: ${power(powerKw)} less`;
    const isLate = from > 0.6 * day.steps;
    const [shift, anchor] = isLate ? [-5, "end"] : [5, "start"];
    const at = { x: x(from) + shift, y: y(0) - 6, "text-anchor": anchor };
    return svg("text", { class: "window-name", ...at }, text);
  });
}

function priceChart(parent, plant) {
  const legend = new Legend(parent, "Price", [["price", "paid"], ["price-ahead", "expected"]]);
  const plot = plotOf(parent, plant, "Price", 100);
  const draw = (run, day, step) => {
    const axis = axisOf(`${plant.currency}/kWh`, [...day.price, ...day.priceAhead], { floor: 0 });
    plot.draw(day, axis, (scales) => [
      stepArea(day.price.map((value) => value ?? 0), scales, "price"),
      stepLine(day.priceAhead, scales, "price-ahead", day.done),
      stepLine(day.price, scales, "price"),
    ]);
    const tell = (price) => `${fixed(price, 3)} ${plant.currency}/kWh`;
    legend.show([tell(day.price[step]), tell(day.priceAhead[Math.max(0, step - day.done)])]);
  };
  return { plot, draw };
}

function brickChart(parent, plant) {
  const legend = new Legend(parent, "Brick store", [["brick", "temperature"], ["water", "water"]]);
  const plot = plotOf(parent, plant, "Temperature of the brick store", 130);
  const { min_c: low, max_c: high } = plant.heater.brick ?? {};
  const draw = (run, day, step) => {
    const { brick, water } = day.temperatures;
    plot.draw(day, axisOf("°C", [...brick, ...water, high], { floor: 0 }), (scales) => [
      ...limit(low, scales, day.steps, "bottom", "empty"),
      ...limit(high, scales, day.steps, "top", "full"),
      stateLine(water, scales, "water"),
      stateLine(brick, scales, "brick"),
    ]);
    legend.show([celsius(brick[step + 1]), celsius(water[step + 1])]);
  };
  return { plot, draw };
}

function roomChart(parent, plant) {
  const legend = new Legend(parent, "Comfort", [["room", "room"], ["outside", "outside"]]);
  const plot = plotOf(parent, plant, "Temperature of the room and outside", 120);
  const { room_min_c: low, room_max_c: high } = plant.terms;
  const draw = (run, day, step) => {
    const { room, outside } = day.temperatures;
    plot.draw(day, axisOf("°C", [...room, ...outside, low, high]), (scales) => [
      ...limit(low, scales, day.steps, "bottom", "least"),
      ...limit(high, scales, day.steps, "top", "most"),
      stateLine(outside, scales, "outside"),
      stateLine(room, scales, "room"),
    ]);
    legend.show([celsius(room[step + 1]), celsius(outside[step])]);
  };
  return { plot, draw };
}

function celsius(value) {
  return value === undefined ? "–" : `${fixed(value, 1)} °C`;
}
