/** What has become of a run, from its events: the day so far, the days before, what stands now. */

import { readTime } from "./format.js";

const MOST_DAYS = 60;
const MOST_ENTRIES = 400;

/** A day of the plant; arrays go by step, those of states have one more: the start. */
class Day {
  constructor(plant, event) {
    this.name = event.day;
    this.start = readTime(event.time);
    this.stepMs = 60000 * plant.stepMinutes;
    this.steps = plant.steps;
    this.done = 0;
    this.loadKw = [];
    this.generationKw = [];
    this.price = [];
    this.priceAhead = [];
    this.levels = plant.controls.map(() => []);
    this.moved = plant.controls.map(() => []);
    this.stocks = plant.materials.map(() => []);
    this.temperatures = { brick: [], water: [], room: [], outside: [] };
    this.foreseen = [];
    this.windows = new Map();
    this.cost = {};
    this.costSum = 0;
    this.energyKwh = 0;
    this.generatedKwh = 0;
    this.missing = null;
    this.ruleCost = null;
    this.savings = null;
    this.isOver = false;
    this.look(plant, event.observation);
  }

  /** Take in what is observed before the coming step. */
  look(plant, observation) {
    const seen = plant.decode(observation);
    plant.materials.forEach(({ name }, k) => this.stocks[k].push(seen[`stock:${name}`]));
    const targets = plant.materials.filter(({ name }) => `missing:${name}` in seen);
    if (targets.length) {
      this.missing = targets.map(({ name }) => ({ name, left: seen[`missing:${name}`] }));
    }
    if (seen.buy_price) this.priceAhead = plant.pricesAhead(seen.buy_price, this.done);
    if (seen.ambient) this.temperatures.outside[this.done] = seen.ambient[0];
  }

  measure(plant, event) {
    const { meter, step } = event;
    this.price[step] = this.priceAhead[0] ?? null;
    this.done = step + 1;
    this.loadKw[step] = meter.load_kw;
    this.generationKw[step] = meter.generation_kw ?? 0;
    event.applied.forEach((level, k) => {
      this.levels[k][step] = level;
      this.moved[k][step] = Math.abs(level - event.requested[k]) > 1e-6;
    });
    for (const name of ["brick", "water", "room"]) {
      if (`${name}_c` in meter) this.temperatures[name][this.done] = meter[`${name}_c`];
    }
    for (const [part, amount] of Object.entries(event.cost)) {
      this.cost[part] = (this.cost[part] ?? 0) + amount;
      this.costSum += amount;
    }
    const hours = this.stepMs / 3.6e6;
    this.energyKwh += hours * meter.load_kw;
    this.generatedKwh += hours * (meter.generation_kw ?? 0);
    this.isOver = event.ended;
    this.look(plant, event.observation);
  }

  analyse(event) {
    this.ruleCost = event.rule_cost_so_far;
    this.savings = event.savings;
    const { forecast, dr } = event;
    forecast?.time.forEach((time, k) => {
      const step = Math.round((readTime(time) - this.start) / this.stepMs);
      if (step > event.step && step < this.steps) {
        const { low_kw: low, middle_kw: middle, high_kw: high } = forecast;
        this.foreseen[step] = { low: low[k], middle: middle[k], high: high[k] };
      }
    });
    if (dr) this.addWindow(dr);
  }

  addWindow({ from_step: from, steps, power_kw: powerKw }) {
    this.windows.set(from, { from, steps, powerKw });
  }

  /** The windows of demand response that begin on this day. */
  windowsWithin() {
    return [...this.windows.values()].filter(({ from }) => from < this.steps);
  }

  /** The share of steps that came within their band, and of how many; null if of none. */
  coverage() {
    const judged = this.loadKw.flatMap((load, k) => {
      const band = this.foreseen[k];
      return band ? [load >= band.low - 0.5 && load <= band.high + 0.5] : [];
    });
    if (!judged.length) return null;
    return { share: judged.filter(Boolean).length / judged.length, steps: judged.length };
  }
}

/** A run as this page has seen it. It keeps no more than `MOST_DAYS` and `MOST_ENTRIES`. */
export class Run {
  constructor(plant, welcome) {
    this.plant = plant;
    this.seq = 0;
    this.gaps = 0;
    this.events = 0;
    this.day = null;
    this.past = [];
    this.log = [];
    this.status = { policy: null, overrides: {}, faults: [], calls: [], ...welcome.status };
    this.analysis = welcome.analysis ?? null;
    this.orders = new Map();
    this.readings = {};
    this.by = null;
    this.entries = 0;
  }

  /** Take in an event. */
  take(event) {
    if (this.seq && event.seq !== this.seq + 1) this.gaps += 1;
    this.seq = event.seq;
    this.events += 1;
    this[`_${event.type}`]?.(event);
  }

  /** Put a line on the log: kind is `decision`, `command`, `alarm` or `day`. */
  tell(kind, subject, text, tag = "") {
    this.entries += 1;
    this.log.push({ id: this.entries, kind, subject, text, tag, at: this.now });
    if (this.log.length > MOST_ENTRIES) this.log.splice(0, this.log.length - MOST_ENTRIES);
  }

  /** The plant's clock [ms]. */
  get now() {
    return this.day ? this.day.start + this.day.done * this.day.stepMs : null;
  }

  _started(event) {
    if (this.day?.done) {
      this.past.push(this.day);
      if (this.past.length > MOST_DAYS) this.past.shift();
    }
    this.day = new Day(this.plant, event);
    this.orders.clear();
    this.tell("day", event.by ?? "clock", "the day begins");
  }

  _measurement(event) {
    this.day?.measure(this.plant, event);
    this.by = event.by;
    this.readings = event.assets ?? {};
  }

  _decision({ by, reasons }) {
    for (const { asset, order, reason } of reasons) {
      const before = this.orders.get(asset);
      this.orders.set(asset, { order, reason, by });
      if (before?.order !== order || before?.reason !== reason) {
        this.tell("decision", asset, reason, order);
      }
    }
  }

  _status(event) {
    for (const text of changes(this.status, event, this.plant)) {
      this.tell("command", event.by ?? "watchdog", text);
    }
    this.status = event;
    for (const call of event.calls) this.day?.addWindow(call);
  }

  _analysis(event) {
    const known = new Set(this.analysis?.alarms.map(subjectOf));
    for (const alarm of event.alarms) {
      if (!known.has(subjectOf(alarm))) this.tell("alarm", "analysis", alarm);
    }
    this.analysis = event;
    const days = [this.day, this.past.at(-1)];
    days.find((day) => day?.name === event.day && event.step < day.done)?.analyse(event);
  }
}

/** What an alarm is about: "T2" of "T2: power +12% from expected". Its figures may change. */
function subjectOf(alarm) {
  return alarm.split(":")[0];
}

/** What differs between two states of the server, in words. */
function changes(before, after, plant) {
  const told = [];
  if (before.mode !== after.mode || before.speed !== after.speed) {
    told.push(after.mode === "running" ? `runs at ${after.speed}×` : after.mode);
  }
  if (before.policy !== after.policy) told.push(`policy: ${after.policy ?? "nobody"}`);
  if (!before.safe && after.safe) told.push("no command holds: the safe rule acts");
  if (before.safe && !after.safe) told.push("a command holds again");
  for (const name of plant.controls) {
    const [was, is] = [before.overrides[name], after.overrides[name]];
    if (was !== is) told.push(`${name} is ${is === undefined ? "released" : `held at ${is}`}`);
  }
  const name = ({ asset, kind, size }) => `${asset}: ${kind.replaceAll("_", " ")} of ${size}`;
  const [had, has] = [before.faults.map(name), after.faults.map(name)];
  told.push(...has.filter((each) => !had.includes(each)).map((each) => `fault at ${each}`));
  told.push(...had.filter((each) => !has.includes(each)).map((each) => `mended ${each}`));
  for (const { from_step: from, steps, power_kw: kw } of after.calls.slice(before.calls.length)) {
    told.push(`call of ${kw} kW for ${steps} steps from step ${from}`);
  }
  return told;
}
