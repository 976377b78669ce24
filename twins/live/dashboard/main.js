/** The dashboard of a live twin: puts its parts together, and draws no more often than it can. */

import { Alarms, Log } from "./log.js";
import { Assets } from "./assets.js";
import { byId, setText } from "./dom.js";
import { clock, date, fixed, title } from "./format.js";
import { Controls } from "./controls.js";
import { Costs } from "./costs.js";
import { DayCharts } from "./day_charts.js";
import { Days } from "./days.js";
import { Kpis } from "./kpis.js";
import { Link } from "./link.js";
import { Plant } from "./plant.js";
import { Run } from "./run.js";
import { Stocks } from "./stocks.js";

const TOKEN = "plantgym-token";
const THEMES = ["auto", "light", "dark"];
const PHASES = {
  connecting: "connecting", lost: "no connection", token: "locked", refused: "turned away",
};
const LEAST_PAUSE_MS = 80;
const PANELS = ["kpis", "charts", "stocks", "costs", "days", "assets", "alarms", "log"];

/** What there is now, for tests and for the curious. */
export const app = { run: null, phase: "connecting", draws: 0, redraw };

let parts = [];
let isDirty = false;
let isDue = true;

const link = new Link(location.href.replace(/^http/, "ws").replace(/#.*/, ""), {
  phase: showPhase,
  run: begin,
  event(event) {
    app.run.take(event);
    redraw();
  },
  alarm(reason) {
    app.run?.tell("alarm", "server", reason);
    showNotice("bad", `The server says: ${reason}.`);
    redraw();
  },
});

/** A run that this page did not know: everything is made anew. */
function begin(welcome) {
  const plant = new Plant(welcome.twin);
  app.run = new Run(plant, welcome);
  for (const id of PANELS) byId(id).replaceChildren();
  document.title = `${title(plant.name)} · plantgym`;
  setText(byId("plant"), title(plant.name));
  byId("stocks-card").hidden = !plant.materials.length;
  parts = [
    new Kpis(byId("kpis"), plant), new DayCharts(byId("charts"), plant, redraw),
    new Stocks(byId("stocks"), plant, redraw), new Costs(byId("costs"), plant),
    new Days(byId("days"), plant),
    new Assets(byId("assets"), plant), new Alarms(byId("alarms")),
    new Log(byId("log"), byId("log-kind")), new Controls(link, plant), { draw: drawHead },
  ];
  redraw();
}

/** Draw soon: at once if it is long ago, and never for more than a fifth of the time. */
function redraw() {
  isDirty = true;
  if (isDue) requestAnimationFrame(draw);
  isDue = false;
}

function draw() {
  const begun = performance.now();
  isDirty = false;
  if (app.run) for (const part of parts) part.draw(app.run);
  app.draws += 1;
  const took = performance.now() - begun;
  setTimeout(() => {
    isDue = true;
    if (isDirty) redraw();
  }, Math.max(LEAST_PAUSE_MS, 4 * took));
}

function drawHead(run) {
  const { day, status } = run;
  if (!day) return;
  setText(byId("clock"), `${date(run.now)}, ${clock(run.now)}`);
  byId("progress").value = day.done / day.steps;
  setText(byId("coverage"), coverageText(run));
  const actor = status.safe ? "the safe rule" : run.by ?? status.policy ?? "the rule";
  setText(byId("chip-policy"), `${actor} acts`);
  byId("chip-policy").dataset.mood = status.safe && status.policy ? "watch" : "";
  chip("chip-held", Object.keys(status.overrides).length, "override");
  chip("chip-faults", status.faults.length, "fault");
  if (app.phase === "live") showState(status);
}

/** What forecasts the load, and how well it has done today. */
function coverageText({ day, analysis }) {
  const model = analysis?.forecast?.model;
  const held = day.coverage();
  if (!held) return model ? `forecast: ${model}` : "";
  const share = `${fixed(100 * held.share)} % of ${held.steps} steps came within its band`;
  return model ? `forecast: ${model}; ${share}` : share;
}

function chip(id, count, name) {
  byId(id).hidden = !count;
  setText(byId(id), `${count} ${name}${count === 1 ? "" : "s"}`);
}

function showState({ mode, speed }) {
  setText(byId("state"), mode === "running" ? `live at ${fixed(speed)}×` : mode);
  byId("state").dataset.state = mode;
}

function showPhase(phase, reason) {
  app.phase = phase;
  const isLive = phase === "live";
  document.body.dataset.phase = phase;
  if (isLive) {
    keepToken(link.token);
    showNotice("", "");
    redraw();
    return;
  }
  setText(byId("state"), PHASES[phase]);
  byId("state").dataset.state = phase;
  if (phase === "lost") {
    const why = reason && `: ${reason}`;
    showNotice("watch", `The connection is lost${why}. Trying again; nothing will be missed.`);
  }
  if (phase === "refused") showNotice("bad", `The server closed the connection: ${reason}.`, true);
  if (phase === "token") askToken();
}

function showNotice(mood, text, canRetry = false) {
  byId("notice").hidden = !text;
  byId("notice").dataset.mood = mood;
  setText(byId("notice-text"), text);
  byId("again").hidden = !canRetry;
}

/** The token is kept as long as the tab is open, and nowhere else. */
function keepToken(token) {
  if (token !== null) sessionStorage.setItem(TOKEN, token);
}

function askToken() {
  const dialog = byId("token-dialog");
  setText(byId("token-answer"), link.token === null ? "" : "The server does not know this token.");
  sessionStorage.removeItem(TOKEN);
  if (!dialog.open) dialog.showModal();
}

byId("token-form").onsubmit = (event) => {
  event.preventDefault();
  link.token = byId("token").value;
  byId("token").value = "";
  byId("token-dialog").close();
  link.open();
};
byId("token-dialog").oncancel = (event) => event.preventDefault();
byId("again").onclick = () => link.open();
byId("log-kind").onchange = redraw;
byId("theme").onclick = () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  localStorage.setItem("plantgym-theme", next);
  showTheme(next);
};

function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  setText(byId("theme"), { auto: "◐", light: "☀", dark: "☾" }[theme]);
  byId("theme").setAttribute("aria-label", `Theme: ${theme}`);
  byId("theme").title = `Theme: ${theme}`;
}

showTheme(localStorage.getItem("plantgym-theme") ?? "auto");
link.token = sessionStorage.getItem(TOKEN);
link.open();
