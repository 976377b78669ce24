/** What an operator may do; each control shows what the server answered. */

import { byId, html, keepChildren, setOptions, setText } from "./dom.js";
import { heldText, levelOf, modeChoices } from "./levels.js";
import { fixed } from "./format.js";

const SPEEDS = [1, 60, 600, 3600, 36000, 360000];
const SIZES = {
  efficiency_loss: ["Share of the efficiency that is lost", 0.15],
  stuck: ["Share of the steps in which it stays as it is", 1],
  sensor_bias: ["Share of the full scale that is added", 0.1],
  sensor_drift: ["Share of the full scale that is added in 30 days", 0.5],
  dropped_samples: ["Share of the readings that are lost", 0.3],
};

/** All controls of the page, for a link to a run. */
export class Controls {
  #link;
  #plant;
  #status = null;
  #policy = null;

  constructor(link, plant) {
    this.#link = link;
    this.#plant = plant;
    this.#fill();
    const setClock = (fields) => this.#ask("clock", fields, byId("clock-answer"));
    byId("pause").onclick = () => setClock({ paused: this.#status?.mode === "running" });
    byId("speed").onchange = ({ target }) => setClock({ speed: Number(target.value) });
    this.#onSubmit("policy-form", "choose", (value) => ({ policy: value.policy || null }));
    this.#onSubmit("call-form", "call", (value) => ({
      in_steps: Number(value.in_steps),
      steps: Number(value.steps),
      power_kw: Number(value.power_kw),
    }));
    this.#onSubmit("override-form", "override", (value) => ({
      control: value.control, level: this.#level(value),
    }));
    this.#onSubmit("fault-form", "fault", (value) => ({
      asset: value.asset, kind: value.kind, size: Number(value.size),
    }));
    this.#onSubmit("day-form", "reset", (value) => (value.day ? { day: value.day } : {}));
    byId("override-control").onchange = () => this.#offerLevels();
    byId("override-share").oninput = ({ target }) => {
      setText(byId("override-share-text"), `${target.value} %`);
    };
    byId("fault-kind").onchange = () => this.#offerSize();
    tabs(byId("tabs"));
  }

  /** Show how things stand. */
  draw(run) {
    const { status } = run;
    this.#status = status;
    const isRunning = status.mode === "running";
    setText(byId("pause"), isRunning ? "Pause" : "Continue");
    byId("pause").disabled = status.mode === "lock-step";
    this.#showSpeed(status.speed);
    this.#offerPolicies(status.policy);
    if (this.#policy !== status.policy) byId("policy").value = status.policy ?? "";
    this.#policy = status.policy;
    const who = status.policy ?? "nobody";
    const acts = status.safe
      ? "No command holds, so the rule acts." : `Last to act: ${run.by ?? "the rule"}.`;
    setText(byId("policy-now"), `Chosen: ${who}. ${acts}`);
    this.#showOrders(status);
  }

  /** Show what is held, broken and called, with the buttons that end it. */
  #showOrders({ overrides, faults, calls }) {
    const held = Object.entries(overrides);
    keepChildren(byId("overrides"), held, makeItem, (item, [control, level]) => {
      const end = () => this.#ask("override", { control, level: null }, byId("override-answer"));
      showItem(item, `${control} is held: ${heldText(this.#plant, level)}`, "Release", end);
    });
    keepChildren(byId("faults"), faults, makeItem, (item, { asset, kind, size }) => {
      const end = () => this.#ask("fault", { asset, kind, size: null }, byId("fault-answer"));
      showItem(item, `${asset}: ${kind.replaceAll("_", " ")}, ${size}`, "Mend", end);
    });
    keepChildren(byId("calls"), calls, () => html("li"), (item, call) => {
      const { from_step: from, steps, power_kw: kw } = call;
      setText(item, `${fixed(kw)} kW in steps ${from} to ${from + steps - 1}`);
    });
  }

  #fill() {
    const plant = this.#plant;
    const named = (names) => names.map((name) => [name, name]);
    setOptions(byId("override-control"), named(plant.controls));
    setOptions(byId("fault-asset"), named(plant.assets));
    const [first, last] = plant.days;
    if (first) {
      byId("day").min = first;
      byId("day").max = last;
      setText(byId("day-range"), `From ${first} to ${last}; a random day if none is given.`);
    }
    const step = `A step is ${plant.stepMinutes} min.`;
    setText(byId("step-note"), `${step} A negative power asks to draw more.`);
    this.#offerLevels();
    this.#offerSize();
  }

  #offerPolicies(chosen) {
    const names = new Set([...this.#plant.policies, ...(chosen === null ? [] : [chosen])]);
    const choices = [...names].map((name) => [name, name]);
    setOptions(byId("policy"), [["", "nobody: the rule acts"], ...choices]);
  }

  #offerLevels() {
    const k = Math.max(0, this.#plant.controls.indexOf(byId("override-control").value));
    const { isContinuous } = this.#plant;
    byId("override-mode-field").hidden = isContinuous;
    byId("override-share-field").hidden = !isContinuous;
    if (!isContinuous) setOptions(byId("override-mode"), modeChoices(this.#plant, k));
  }

  #offerSize() {
    const [text, size] = SIZES[byId("fault-kind").value];
    setText(byId("fault-size-text"), text);
    byId("fault-size").value = size;
  }

  #level(value) {
    if (!this.#plant.isContinuous) return Number(value.mode);
    return levelOf(Number(value.share) / 100);
  }

  #showSpeed(speed) {
    const select = byId("speed");
    if (select === document.activeElement) return;
    const speeds = [...new Set([...SPEEDS, ...(speed ? [speed] : [])])].sort((a, b) => a - b);
    const paces = speeds.map((each) => [String(each), speedText(each)]);
    setOptions(select, [["0", "lock-step"], ...paces]);
    select.value = String(speed);
  }

  #onSubmit(id, type, read) {
    const form = byId(id);
    form.onsubmit = (event) => {
      event.preventDefault();
      this.#ask(type, read(Object.fromEntries(new FormData(form))), form.querySelector("output"));
    };
  }

  async #ask(type, fields, output) {
    show(output, "sent", "Sent; waiting for the server.");
    const answer = await this.#link.request(type, fields);
    if (answer.status === "applied") {
      show(output, "applied", "Applied.");
    } else {
      const value = JSON.stringify(answer.value);
      show(output, "refused", `Refused: ${answer.field} = ${value}. ${answer.fix}.`);
    }
  }
}

function show(output, state, text) {
  output.dataset.state = state;
  setText(output, text);
}

function makeItem() {
  return html("li", {}, html("span"), html("button", { type: "button", class: "small" }));
}

function showItem(item, text, act, end) {
  const [words, button] = item.children;
  setText(words, text);
  setText(button, act);
  button.onclick = end;
}

function speedText(speed) {
  const seconds = 3600 / speed;
  const inSeconds = `${fixed(seconds, seconds < 1 ? 2 : 0)} s`;
  const pace = seconds >= 60 ? `${fixed(seconds / 60)} min` : inSeconds;
  return speed === 1 ? "1× (real time)" : `${fixed(speed)}× (1 h in ${pace})`;
}

/** Tabs by the pattern of WAI-ARIA: arrows move, one panel shows. */
function tabs(list) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const choose = (chosen) => {
    for (const tab of all) {
      tab.setAttribute("aria-selected", tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
  };
  list.onclick = ({ target }) => all.includes(target) && choose(target);
  list.onkeydown = ({ key }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!by) return;
    const next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
    next.focus();
    choose(next);
  };
}
