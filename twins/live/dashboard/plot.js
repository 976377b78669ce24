/** A chart over the steps of a day: axes with units, lines, bands, bars and limits, as SVG. */

import { clock, fixed } from "./format.js";
import { html, svg } from "./dom.js";

const LEFT = 58;
const RIGHT = 20;
const TOP = 20;

/** The frame of a chart. `draw` shows a day in it. */
export class Plot {
  #svg;
  #cursor;
  #width = 0;
  #steps = 1;

  /**
   * @param {HTMLElement} parent where it goes.
   * @param {{label: string, height: number, hasClock: boolean, left: number, top: number}} options
   *   what it is, for those who cannot see it; its height [px]; whether the time of day stands
   *   below it; the room at its left and above it [px].
   */
  constructor(parent, { label, height, hasClock, left = LEFT, top = TOP }) {
    Object.assign(this, { height, left, top });
    this.bottom = hasClock ? 30 : 6;
    this.hasClock = hasClock;
    this.#svg = svg("svg", { role: "img", "aria-label": label, class: "plot", height });
    this.#cursor = svg("line", { class: "cursor", y1: top, visibility: "hidden" });
    parent.append(html("div", { class: "plot-frame" }, this.#svg));
    new ResizeObserver(([entry]) => {
      this.#width = Math.round(entry.contentRect.width);
      this.onResize?.();
    }).observe(this.#svg.parentElement);
  }

  set label(text) {
    this.#svg.setAttribute("aria-label", text);
  }

  /** The step under a pointer. */
  stepAt(clientX) {
    const { left } = this.#svg.getBoundingClientRect();
    const share = (clientX - left - this.left) / (this.#width - this.left - RIGHT);
    return Math.min(this.#steps - 1, Math.max(0, Math.floor(share * this.#steps)));
  }

  /**
   * Draw.
   *
   * @param {object} day a `Day` of a run.
   * @param {{unit: string, low: number, high: number}} axis the vertical one; null for none.
   * @param {(scales: {x: Function, y: Function}) => Element[]} layers what is drawn in the frame.
   */
  draw(day, axis, layers) {
    if (this.#width < 120) return;
    this.#steps = day.steps;
    const [width, base] = [this.#width, this.height - this.bottom];
    const x = (step) => round(this.left + ((width - this.left - RIGHT) * step) / day.steps);
    const [low, high] = axis ? [axis.low, axis.high] : [0, 1];
    const y = (value) => round(base - ((base - this.top) * (value - low)) / (high - low));
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    this.#svg.replaceChildren(
      ...this.#windows(day, x, base),
      ...(axis ? yAxis(axis, y, this, width - RIGHT) : []),
      ...this.#xAxis(day, x, base),
      svg("line", { class: "now", x1: x(day.done), x2: x(day.done), y1: this.top, y2: base }),
      ...layers({ x, y }),
      this.#cursor,
    );
    this.#cursor.setAttribute("y2", base);
    this.#x = x;
  }

  #x = null;

  /** Show where the cursor is, or that there is none (null). */
  pointAt(step) {
    const isShown = step !== null && this.#x;
    this.#cursor.setAttribute("visibility", isShown ? "visible" : "hidden");
    if (!isShown) return;
    const at = this.#x(step + 0.5);
    this.#cursor.setAttribute("x1", at);
    this.#cursor.setAttribute("x2", at);
  }

  #windows(day, x, base) {
    return day.windowsWithin().map(({ from, steps }) => {
      const width = x(Math.min(day.steps, from + steps)) - x(from);
      const at = { x: x(from), y: this.top, width, height: base - this.top };
      return svg("rect", { class: "window", ...at });
    });
  }

  #xAxis(day, x, base) {
    const hours = (day.steps * day.stepMs) / 3.6e6;
    const room = (this.#width - this.left - RIGHT) / 52;
    const every = [1, 2, 3, 4, 6, 12, 24, 48].find((gap) => hours / gap <= room) ?? 72;
    const marks = [];
    for (let hour = 0; hour <= hours; hour += every) {
      const at = x((hour * 3.6e6) / day.stepMs);
      marks.push(svg("line", { class: "grid", x1: at, x2: at, y1: this.top, y2: base }));
      if (this.hasClock) {
        const isLong = hours > 24 && every >= 24;
        const text = isLong ? `day ${hour / 24 + 1}` : clock(day.start + hour * 3.6e6);
        marks.push(svg("text", { class: "tick x", x: at, y: base + 14 }, text));
      }
    }
    if (this.hasClock) {
      const at = { class: "unit x", x: this.#width - RIGHT, y: base + 27 };
      marks.push(svg("text", at, "time of day [h:min]"));
    }
    return marks;
  }
}

function yAxis({ unit, low, high, count }, y, { left, top }, right) {
  const step = tickStep(low, high, count);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const isHalf = Math.abs(step * 10 ** decimals - 2.5) < 1e-6;
  const shown = decimals + (isHalf ? 1 : 0);
  const marks = ticks(low, high, step).flatMap((value) => [
    svg("line", {
      class: value === 0 ? "grid zero" : "grid", x1: left, x2: right, y1: y(value), y2: y(value),
    }),
    svg("text", { class: "tick y", x: left - 7, y: y(value) + 3.5 }, fixed(value, shown)),
  ]);
  return [...marks, svg("text", { class: "unit y", x: 2, y: top - 9 }, `[${unit}]`)];
}

/** A round step that goes into a range about as often as asked for. */
function tickStep(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw - 1e-12);
}

function ticks(low, high, step) {
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
    found.push(k * step);
  }
  return found;
}

/** An axis that holds all values, with a little room above. */
export function axisOf(unit, values, { floor = null, count = 4 } = {}) {
  const known = values.filter((value) => Number.isFinite(value));
  let low = floor ?? Math.min(...known);
  let high = Math.max(...known, low);
  if (!known.length) [low, high] = [0, 1];
  if (floor !== null) low = Math.min(low, ...known);
  if (high - low < 1e-9) high = low + 1;
  const room = 0.08 * (high - low);
  return { unit, low: low < 0 || floor === null ? low - room : low, high: high + room, count };
}

/** A line that keeps each value for its step; gaps where there is none. */
export function stepLine(values, { x, y }, name, from = 0) {
  let path = "";
  let isOn = false;
  values.forEach((value, k) => {
    const step = from + k;
    if (!Number.isFinite(value)) {
      isOn = false;
      return;
    }
    path += isOn ? `V${y(value)}H${x(step + 1)}` : `M${x(step)} ${y(value)}H${x(step + 1)}`;
    isOn = true;
  });
  return svg("path", { class: `line ${name}`, d: path });
}

/** The area between a step line and zero. */
export function stepArea(values, { x, y }, name) {
  if (!values.length) return svg("path", { class: `area ${name}` });
  const path = values.map((value, k) => `V${y(value)}H${x(k + 1)}`).join("");
  return svg("path", { class: `area ${name}`, d: `M${x(0)} ${y(0)}${path}V${y(0)}Z` });
}

/** A line from state to state, at the ends of steps. */
export function stateLine(values, { x, y }, name) {
  let path = "";
  let isOn = false;
  for (let k = 0; k < values.length; k += 1) {
    const isKnown = Number.isFinite(values[k]);
    if (isKnown) path += `${isOn ? "L" : "M"}${x(k)} ${y(values[k])}`;
    isOn = isKnown;
  }
  return svg("path", { class: `line ${name}`, d: path });
}

/** The area between the low and high of `{low, high}` by step. */
export function band(bands, { x, y }, name) {
  const rects = [];
  bands.forEach((each, k) => {
    if (each) rects.push(`M${x(k)} ${y(each.high)}H${x(k + 1)}V${y(each.low)}H${x(k)}Z`);
  });
  return svg("path", { class: `area ${name}`, d: rects.join("") });
}

/** A limit, with its name at the right. */
export function limit(value, { x, y }, steps, name, text) {
  const at = y(value);
  return [
    svg("line", { class: `limit ${name}`, x1: x(0), x2: x(steps), y1: at, y2: at }),
    svg("text", { class: `limit-name ${name}`, x: x(steps) - 3, y: at - 4 }, text),
  ];
}

function round(value) {
  return Math.round(10 * value) / 10;
}
