/** The Gantt chart: what each control did, step by step. */

import { clipped, leftOf, Legend } from "./legend.js";
import { svg } from "./dom.js";
import { levelText } from "./levels.js";
import { Plot } from "./plot.js";

const ROW = 24;
const FIRST_ROW = 6;

/** The chart of all controls. */
export function ganttChart(parent, plant) {
  const heading = plant.isHeater ? "Levels" : "Schedule";
  const legend = new Legend(parent, heading, [
    ["level", plant.isHeater ? "share of full" : "mode"], ["moved", "moved by the shield"],
  ]);
  const height = FIRST_ROW + ROW * plant.controls.length + 30;
  const size = { height, top: FIRST_ROW, left: leftOf(plant) };
  const plot = new Plot(parent, { label: `${heading} by control`, hasClock: true, ...size });
  const draw = (run, day, step) => {
    plot.draw(day, null, ({ x }) => plant.controls.flatMap((name, k) => [
      rowName(clipped(name), x(0) - 7, k),
      ...bars(day, k, x, plant),
    ]));
    const told = plant.controls.map((_, k) => levelText(plant, day.levels[k][step]));
    const moved = plant.controls.filter((_, k) => day.moved[k][step]);
    const named = plant.controls.map((name, k) => `${name} ${told[k]}`);
    legend.show([(named.length < 5 ? named : told).join(" · "), moved.join(", ") || "none"]);
    plot.label = `${heading}: ${named.join(", ")}`;
  };
  return { plot, draw };
}

function rowName(text, x, k) {
  return svg("text", { class: "tick y", x, y: FIRST_ROW + ROW * (k + 0.5) + 4 }, text);
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
      const width = Math.max(0.5, x(end) - x(first) - 1);
      const at = { x: x(first) + 0.5, y, width, height: ROW - 4, rx: 3 };
      drawn.push(svg("rect", { class: "level", ...at, "fill-opacity": 0.25 + 0.75 * share }));
      if (at.width > (plant.isContinuous ? 40 : 18)) {
        const text = { class: "level-name", x: at.x + at.width / 2, y: y + ROW / 2 + 2 };
        const strong = { ...text, "data-strong": share > 0.6 };
        drawn.push(svg("text", strong, levelText(plant, levels[first])));
      }
    }
    first = end;
  }
  day.moved[k].forEach((isMoved, step) => {
    if (!isMoved) return;
    const width = x(step + 1) - x(step) - 2;
    drawn.push(svg("rect", { class: "moved", x: x(step) + 1, y: y + ROW - 7, width, height: 3 }));
  });
  return drawn;
}
