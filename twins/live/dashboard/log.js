/** What is wrong now, and what happened: decisions with their reasons, commands, alarms. */

import { clock, date } from "./format.js";
import { html, keepChildren, setAttribute, setText } from "./dom.js";

const SHOWN = 80;

/** The alarms that stand. */
export class Alarms {
  constructor(parent) {
    this.list = html("ul", { class: "alarms", role: "alert" });
    this.none = html("p", { class: "empty" }, "No alarm.");
    parent.append(this.none, this.list);
  }

  draw(run) {
    const alarms = run.analysis?.alarms ?? [];
    this.none.hidden = alarms.length > 0;
    keepChildren(this.list, alarms, () => html("li"), setText);
  }
}

/** The log, the latest first; the select above it says which kinds are shown. */
export class Log {
  constructor(parent, select) {
    this.list = html("ol", { class: "log", tabindex: 0, "aria-label": "Log, latest first" });
    this.select = select;
    this.none = html("p", { class: "empty" }, "Nothing yet.");
    parent.append(this.none, this.list);
  }

  draw(run) {
    const kind = this.select.value;
    const wanted = run.log.filter((entry) => kind === "all" || entry.kind === kind);
    this.none.hidden = wanted.length > 0;
    keepChildren(this.list, wanted.slice(-SHOWN).reverse(), makeLine, showLine);
  }
}

function makeLine() {
  return html("li", {}, html("time"), html("b"), html("span", { class: "order" }), html("span"));
}

function showLine(line, { kind, subject, text, tag, at }) {
  const [time, title, order, words] = line.children;
  line.dataset.kind = kind;
  setText(time, at === null ? "" : clock(at));
  setAttribute(time, "title", at === null ? "" : date(at));
  setText(title, subject);
  setText(order, tag);
  setAttribute(order, "data-order", tag);
  setText(words, text);
}
