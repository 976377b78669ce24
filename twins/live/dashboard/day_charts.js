/** The charts of the day, one above the other on the same time axis, with a cursor through all. */

import { axisOf, band, limit, Plot, stateLine, stepArea, stepLine } from "./plot.js";
import { clock, fixed, power } from "./format.js";
import { html, setText, svg } from "./dom.js";
import { levelText } from "./levels.js";

const ROW = 24;
const FIRST_ROW = 6;
const MOST_LETTERS = 15;

/** A row of a legend that tells values, too: `keys` are [class of the line, name]. */
class Legend {
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

/** All charts of the day. */
export class DayCharts {
  #charts;
  #pointed;
  #run = null;
  cursor = null;

  constructor(parent, plant, redraw) {
    this.plant = plant;
    const make = [loadChart, priceChart, ...(plant.isHeater ? [brickChart, roomChart] : [])];
    const last = levelChart(parent, plant);
    this.#charts = [...make.map((each) => each(parent, plant)), last];
    parent.append(last.frame);
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
    parent.addEventListener("pointermove", (event) => move(this.#charts[0].plot.stepAt(event.clientX)));
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

function loadChart(parent, plant) {
  const keys = [["load", "load"], ["foreseen", "forecast"]];
  if (plant.hasGeneration) keys.push(["generation", "generation"]);
  const legend = new Legend(parent, "Load", keys);
  const plot = new Plot(parent, { label: "Load", height: 190, hasClock: false, left: leftOf(plant) });
  const draw = (run, day, step) => {
    const known = [...day.loadKw, ...day.generationKw, ...day.foreseen.flatMap((each) => (each ? [each.high] : []))];
    const top = Math.max(1, ...known);
    const inMw = top >= 10000;
    const factor = inMw ? 0.001 : 1;
    const scaled = (values) => values.map((value) => factor * value);
    const limitKw = plant.importLimitKw;
    const isNear = limitKw !== null && top > 0.6 * limitKw;
    const axis = axisOf(inMw ? "MW" : "kW", scaled([top, ...known, ...(isNear ? [limitKw] : [])]), { floor: 0 });
    plot.draw(day, axis, (scales) => [
      band(day.foreseen.map((each) => each && { low: factor * each.low, high: factor * each.high }), scales, "foreseen"),
      stepArea(scaled(day.loadKw), scales, "load"),
      ...(plant.hasGeneration ? [stepLine(scaled(day.generationKw), scales, "generation")] : []),
      stepLine(Array.from(day.foreseen, (each) => each && factor * each.middle), scales, "foreseen"),
      stepLine(scaled(day.loadKw), scales, "load"),
      ...(isNear ? limit(factor * limitKw, scales, day.steps, "top", "import limit") : []),
      ...windowNames(day, scales),
    ]);
    const seen = day.foreseen[step];
    const foreseen = seen ? `${power(seen.middle)} (${power(seen.low)} to ${power(seen.high)})` : "–";
    legend.show([power(day.loadKw[step]), foreseen, power(day.generationKw[step])]);
    plot.label = `Load of the day; ${power(day.loadKw[step])}, forecast ${foreseen}`;
  };
  return { plot, draw };
}

function windowNames(day, { x, y }) {
  return day.windowsWithin().map(({ from, powerKw }) => {
    const text = powerKw < 0 ? `DR: ${power(-powerKw)} more` : `DR: ${power(powerKw)} less`;
    const isLate = from > 0.6 * day.steps;
    const at = { x: x(from) + (isLate ? -5 : 5), y: y(0) - 6, "text-anchor": isLate ? "end" : "start" };
    return svg("text", { class: "window-name", ...at }, text);
  });
}

function priceChart(parent, plant) {
  const legend = new Legend(parent, "Price", [["price", "paid"], ["price-ahead", "expected"]]);
  const plot = new Plot(parent, { label: "Price", height: 100, hasClock: false, left: leftOf(plant) });
  const draw = (run, day, step) => {
    const axis = axisOf(`${plant.currency}/kWh`, [...day.price, ...day.priceAhead], { floor: 0 });
    plot.draw(day, axis, (scales) => [
      stepArea(day.price.map((value) => value ?? 0), scales, "price"),
      stepLine(day.priceAhead, scales, "price-ahead", day.done),
      stepLine(day.price, scales, "price"),
    ]);
    const tell = (price) => (price === undefined || price === null ? "–" : `${fixed(price, 3)} ${plant.currency}/kWh`);
    legend.show([tell(day.price[step]), tell(day.priceAhead[Math.max(0, step - day.done)])]);
  };
  return { plot, draw };
}

function brickChart(parent, plant) {
  const legend = new Legend(parent, "Brick store", [["brick", "temperature"], ["water", "water"]]);
  const plot = new Plot(parent, { label: "Temperature of the brick store", height: 130, hasClock: false, left: leftOf(plant) });
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
  const plot = new Plot(parent, { label: "Temperature of the room and outside", height: 120, hasClock: false, left: leftOf(plant) });
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

/** The Gantt chart: what each control did, step by step. Its frame is put in place by the caller. */
function levelChart(parent, plant) {
  const frame = html("div");
  const heading = plant.isHeater ? "Levels" : "Schedule";
  const legend = new Legend(frame, heading, [["level", plant.isHeater ? "share of full" : "mode"], ["moved", "moved by the shield"]]);
  const height = FIRST_ROW + ROW * plant.controls.length + 30;
  const plot = new Plot(frame, { label: `${heading} by control`, height, hasClock: true, top: FIRST_ROW, left: leftOf(plant) });
  const draw = (run, day, step) => {
    plot.draw(day, null, ({ x }) => plant.controls.flatMap((name, k) => [
      svg("text", { class: "tick y", x: x(0) - 7, y: FIRST_ROW + ROW * (k + 0.5) + 4 }, clipped(name)),
      ...bars(day, k, x, plant),
    ]));
    const told = plant.controls.map((_, k) => levelText(plant, day.levels[k][step]));
    const moved = plant.controls.filter((_, k) => day.moved[k][step]);
    const named = plant.controls.length < 5 ? plant.controls.map((name, k) => `${name} ${told[k]}`) : told;
    legend.show([named.join(" · "), moved.join(", ") || "none"]);
    plot.label = `${heading}: ${plant.controls.map((name, k) => `${name} ${told[k]}`).join(", ")}`;
  };
  return { plot, draw, frame };
}

/** A bar for each stretch of steps at the same level. */
function bars(day, k, x, plant) {
  const [levels, y] = [day.levels[k], FIRST_ROW + ROW * k + 2];
  const drawn = [];
  for (let first = 0; first < levels.length;) {
    let end = first + 1;
    while (end < levels.length && Math.abs(levels[end] - levels[first]) < 0.005) end += 1;
    if (levels[first] > 0.005) {
      const share = Math.min(1, levels[first] / plant.topLevel(k));
      const at = { x: x(first) + 0.5, y, width: Math.max(0.5, x(end) - x(first) - 1), height: ROW - 4 };
      drawn.push(svg("rect", { class: "level", rx: 3, ...at, "fill-opacity": 0.25 + 0.75 * share }));
      if (at.width > (plant.isContinuous ? 40 : 18)) {
        const text = { class: "level-name", x: at.x + at.width / 2, y: y + ROW / 2 + 2 };
        drawn.push(svg("text", { ...text, "data-strong": share > 0.6 }, levelText(plant, levels[first])));
      }
    }
    first = end;
  }
  day.moved[k].forEach((isMoved, step) => {
    if (!isMoved) return;
    drawn.push(svg("rect", { class: "moved", x: x(step) + 1, y: y + ROW - 7, width: x(step + 1) - x(step) - 2, height: 3 }));
  });
  return drawn;
}

function clipped(name) {
  return name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
}

/** The room [px] at the left of all charts, in which the names of the controls stand. */
function leftOf(plant) {
  const letters = Math.max(...plant.controls.map((name) => clipped(name).length));
  return Math.max(58, 14 + 6.5 * letters);
}
