/** Modes and levels, as the plant has them, the protocol sends them and people read them. */

import { fixed } from "./format.js";

/** What a control does at a level that ran. */
export function levelText(plant, level) {
  if (level === undefined) return "–";
  if (plant.isHeater) return `${fixed(100 * level)} %`;
  if (level < 0.005) return "off";
  return fixed(level, plant.isContinuous ? 2 : 0);
}

/** The power of a task at a level [kW]; null for what has no modes of its own. */
export function levelPower(plant, k, level) {
  const modes = plant.tasks[k]?.mode;
  if (!modes) return null;
  const powers = [0, ...modes.map((mode) => mode.power_kw)];
  const below = Math.min(Math.floor(level), powers.length - 2);
  return powers[below] + (level - below) * (powers[below + 1] - powers[below]);
}

/** What may be held, as [value of the protocol, text], for a plant with modes. */
export function modeChoices(plant, k) {
  return Array.from({ length: plant.topLevel(k) + 1 }, (_, mode) => {
    const text = mode === 0 ? "off" : `mode ${mode}, ${fixed(levelPower(plant, k, mode))} kW`;
    return [String(mode), text];
  });
}

/** The share of full, 0 to 1, that a level of the protocol (-1 to 1) stands for. */
function shareOf(level) {
  return (level + 1) / 2;
}

/** The level of the protocol that stands for a share of full. */
export function levelOf(share) {
  return 2 * share - 1;
}

/** A level of the protocol as people read it. */
export function heldText(plant, level) {
  if (plant.isContinuous) return `${fixed(100 * shareOf(level))} %`;
  return level === 0 ? "off" : `mode ${level}`;
}
