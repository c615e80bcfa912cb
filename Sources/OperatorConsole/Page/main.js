// Puts the page together: one link in, one picture of the bench, panels that show it, commands out.

import { Bench } from "./bench.js";
import { Cue } from "./cue.js";
import { History } from "./history.js";
import { Hold } from "./hold.js";
import { Link } from "./link.js";
import { Operator } from "./operator.js";
import { ChecksPanel } from "./panel-checks.js";
import { EventsPanel, RefusalPanel } from "./panel-events.js";
import { GuidancePanel } from "./panel-guidance.js";
import { NeedlePanel } from "./panel-needle.js";
import { RigPanel } from "./panel-rig.js";
import { StatusPanel } from "./panel-status.js";
import { LinePlot } from "./plot-line.js";
import { StripPlot } from "./plot-strip.js";
import { AxialPlot, PolarPlot } from "./plot-sweep.js";
import { CrossSection, SideView } from "./plot-vessels.js";
import { post } from "./server.js";
import { readColours } from "./sheet.js";
import { Stop } from "./stop.js";
import { Urgent } from "./urgent.js";

const element = (id) => document.getElementById(id);
const takesLetters = () => element("shortcuts").checked;

const link = new Link();
const operator = new Operator(link);
const bench = new Bench();
const history = new History();
const cue = new Cue();
const urgent = new Urgent();
const stop = new Stop();
const hold = new Hold(element("hold"), operator, takesLetters);
const status = new StatusPanel();
const guidance = new GuidancePanel();
const checks = new ChecksPanel();
const needle = new NeedlePanel();
const rig = new RigPanel();
const events = new EventsPanel();
const refusals = new RefusalPanel();
const plots = {
  line: new LinePlot(), strip: new StripPlot(), polar: new PolarPlot(), axial: new AxialPlot(),
  cross: new CrossSection(), side: new SideView(),
};

// Nothing on the page is animated but the plots, which follow the signal; for who wants less motion
// they follow it four times a second. Words and figures are never held back.
const wantsCalm = matchMedia("(prefers-reduced-motion: reduce)");
const calmPeriodMs = 250;
let plottedAt = -Infinity;

// Drawing: at most once a frame of the screen, and only when something changed. While the link is
// lost the age still counts up.
let isDue = false;
function redraw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

function draw() {
  bench.look(link);
  status.show(bench, operator);
  guidance.show(bench);
  checks.show(bench);
  needle.show(bench);
  rig.show(bench);
  stop.show(bench);
  plot();
  cue.follow(bench.isLive ? bench.belowMaximumDB : Number.NaN, bench.isSearching);
  const [reason, words] = urgency();
  cue.alarm(reason);
  urgent.follow(words);
  // What latency is measured by: which state these pixels show.
  window.dispatchEvent(new CustomEvent("peakgate:drawn", {
    detail: {
      sequence: bench.sequence, serverMs: bench.serverMs,
      frameMs: bench.serverMs - bench.signal.madeAtAgeMs,
    },
  }));
}

function plot() {
  const now = performance.now();
  if (wantsCalm.matches && bench.isLive && now - plottedAt < calmPeriodMs) return;
  plottedAt = now;
  plots.line.draw(bench);
  plots.strip.draw(bench, history);
  plots.polar.draw(bench);
  plots.axial.draw(bench);
  plots.cross.draw(bench);
  plots.side.draw(bench);
}

/** Why there is an alarm, and its words; null and none when there is not. */
function urgency() {
  if (!bench.isLive) {
    // To look away from the page, or to have heard nothing yet, is no loss.
    const isLost = link.state && document.visibilityState !== "hidden";
    return isLost ? ["link", "Link lost: everything on this page is UNKNOWN."] : [null, ""];
  }
  if (bench.stop.isActive) return ["stop", `Stopped by ${bench.stop.by}. ${bench.driveText}`];
  const { fault } = bench;
  if (!fault || fault.id === "interlock.power_up") return [null, ""];
  return [fault.id, `Fault: ${fault.id}. ${bench.driveText} ${fault.remedy}`];
}

link.addEventListener("state", (event) => {
  bench.take(event.detail);
  // Whoever stopped it: what was held is let go, and has to be pressed anew.
  if (bench.stop.isActive) hold.release();
  for (const point of bench.newPoints) {
    history.add(point.seconds, point.peakDB, point.maximumDB, point.distanceMM);
  }
  redraw();
});
link.addEventListener("log", (event) => events.add(event.detail));
link.addEventListener("live", redraw);
link.addEventListener("quiet", redraw);
// Not through a frame of the screen: a page that is not painted must not keep old values either.
link.addEventListener("lost", () => draw());
setInterval(() => { if (!link.isLive) redraw(); }, 500);
operator.addEventListener("change", () => {
  element("take").textContent = operator.hasControl ? "Give control back" : "Take control";
  redraw();
});
operator.addEventListener("letgo", () => rig.letGo());

/** Sends a command for a button, and shows why it was refused. */
async function ask(what, request) {
  refusals.clear();
  const answer = await request();
  if (!answer.ok) refuse(what, answer);
}

function refuse(what, answer) { urgent.say(refusals.show(what, answer)); }

const commands = {
  take: ["Control", () => operator.hasControl ? operator.give() : operator.take()],
  connect: ["Connect", () => post("commands/connect")],
  "self-test": ["Self-test", () => post("commands/self-test")],
  "begin-search": ["Begin search", () => post("commands/begin-search")],
  "finish-search": ["Finish search", () => post("commands/finish-search")],
  arm: ["Arm", () => post("commands/arm")],
  disarm: ["Disarm", () => post("commands/disarm")],
  advance: ["Advance", () => post("commands/advance", { toMM: needle.wantedDepthMM })],
  retract: ["Retract", () => post("commands/retract", { toMM: 0 })],
  acknowledge: ["Acknowledge", () => post("commands/acknowledge", { fault: bench.fault?.id })],
};
for (const [id, [what, request]] of Object.entries(commands)) {
  element(id).addEventListener("click", () => ask(what, request));
}
hold.addEventListener("refused", (event) => refuse("Enable", event.detail));
stop.addEventListener("refused", (event) => refuse("Reset of the stop", event.detail));
stop.addEventListener("asked", () => hold.release());
stop.addEventListener("unheard", () => link.makeRoom());
stop.addEventListener("heard", () => link.resume());
rig.addEventListener("refused", (event) => refuse("Handle", event.detail));

const letters = {
  t: "take", c: "connect", x: "self-test", b: "begin-search", f: "finish-search", a: "arm",
  d: "disarm", v: "advance", r: "retract", k: "acknowledge",
};
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || !takesLetters()) return;
  if (event.target instanceof HTMLInputElement && event.target.type === "number") return;
  const id = letters[event.key.toLowerCase()];
  if (!id || element(id).closest("[hidden]")) return;
  event.preventDefault();
  element(id).click();
});

element("sound").addEventListener("click", async () => {
  await cue.turn(!cue.isOn);
  element("sound").setAttribute("aria-pressed", String(cue.isOn));
  element("sound").textContent = cue.isOn ? "Sound on" : "Sound off";
});
window.addEventListener("peakgate:theme", () => {
  readColours();
  redraw();
});

readColours();
link.open();
redraw();
