// What the sweep heard: peak against roll, round a circle, and against level, with what was fitted.

import { signed, uncertain, unknown, write } from "./figures.js";
import { Axes, Sheet, colours } from "./sheet.js";

/** dB at the centre of the circle, and at its rim. */
const scale = [20, 75];
const radians = (degrees) => degrees * Math.PI / 180;

export class PolarPlot {
  #sheet = new Sheet(document.getElementById("plot-polar"));
  #text = document.getElementById("plot-polar-text");

  /** @param {import("./bench.js").Bench} bench */
  draw(bench) {
    const sheet = this.#sheet;
    const { fit, handle, sweep } = bench;
    const isStale = !bench.isLive || !handle.isFresh;
    write(this.#text, isStale ? "The plot is out of date." : fit
      ? `Best roll ${uncertain(fit.rollDeg, fit.sigmaRollDeg, "°")}; to go `
        + `${signed(fit.rollToGoDeg, "°")}. Filled: where the handle is. Hollow: where to turn.`
      : `Nothing fitted yet. Roll now ${signed(handle.rollDeg, "°")}.`);
    if (!sheet.isShown) return;
    sheet.begin(isStale);
    const x = sheet.width / 2, y = sheet.height / 2;
    const rim = Math.min(x - 30, y - 22);
    const radius = (db) => rim * Math.min(1, Math.max(0, (db - scale[0]) / (scale[1] - scale[0])));
    // 0° is up, and turns count clockwise, as seen from behind the handle.
    const at = (degrees, r) =>
      [x + r * Math.sin(radians(degrees)), y - r * Math.cos(radians(degrees))];
    for (const db of [30, 45, 60, 75]) {
      sheet.circle(x, y, radius(db), colours.edge, 0.8);
      sheet.words(`${db}`, x + 3, y - radius(db) + 12);
    }
    for (const degrees of [0, 90, 180, 270]) {
      sheet.line([at(degrees, 0), at(degrees, rim)], colours.edge, 0.6);
      const [tx, ty] = at(degrees, rim + 12);
      sheet.words(`${degrees}°`, tx, ty + 4, colours.faint, "center");
    }
    for (const sample of sweep) {
      const [px, py] = at(sample.rollDeg, radius(sample.peakDB));
      sheet.pen.fillStyle = colours.info;
      sheet.pen.fillRect(px - 1, py - 1, 2, 2);
    }
    if (fit) this.#drawFit(fit, at, radius, rim);
    if (Number.isFinite(handle.rollDeg)) {
      sheet.line([at(handle.rollDeg, rim - 14), at(handle.rollDeg, rim + 4)], colours.text, 2.5);
      const [px, py] = at(handle.rollDeg, rim - 14);
      sheet.dot(px, py, 6, colours.text);
    }
    if (isStale) sheet.strike(unknown);
  }

  #drawFit(fit, at, radius, rim) {
    const sheet = this.#sheet;
    sheet.line(
      fit.rollCurve.map(([roll, db]) => at(roll, radius(db))), colours.fit, 2.2);
    // Two deviations to each side, but never so narrow that it cannot be seen.
    const wide = Math.max(1.5, 2 * fit.sigmaRollDeg);
    for (const edge of [-wide, wide]) {
      sheet.line(
        [at(fit.rollDeg + edge, rim * 0.3), at(fit.rollDeg + edge, rim)], colours.fit, 1, [3, 3]);
    }
    const [px, py] = at(fit.rollDeg, rim - 14);
    sheet.circle(px, py, 9, colours.good, 3);
  }
}

export class AxialPlot {
  #sheet = new Sheet(document.getElementById("plot-axial"));
  #text = document.getElementById("plot-axial-text");

  /** @param {import("./bench.js").Bench} bench */
  draw(bench) {
    const sheet = this.#sheet;
    const { fit, handle, sweep } = bench;
    const isStale = !bench.isLive || !handle.isFresh;
    write(this.#text, isStale ? "The plot is out of date." : fit
      ? `Best level ${uncertain(fit.levelMM, fit.sigmaLevelMM, "mm", 2)}; to go `
        + `${signed(fit.levelToGoMM, "mm", 2)}. Filled: the handle. Hollow: where to move.`
      : `Nothing fitted yet. Level now ${signed(handle.levelMM, "mm", 2)}.`);
    if (!sheet.isShown) return;
    sheet.begin(isStale);
    const axes = new Axes(
      sheet, { left: 40, right: sheet.width - 10, top: 18, bottom: sheet.height - 30 },
      rangeOf(sweep, handle, fit), scale);
    axes.grid(5, 5, "mm", "dB");
    for (const sample of sweep) {
      sheet.pen.fillStyle = colours.info;
      sheet.pen.fillRect(
        axes.x(sample.levelMM) - 1, axes.y(Math.max(scale[0], sample.peakDB)) - 1, 2, 2);
    }
    if (fit) {
      sheet.line(
        fit.levelCurve.filter(([, db]) => db >= scale[0])
          .map(([mm, db]) => [axes.x(mm), axes.y(db)]),
        colours.fit, 2.2);
      for (const edge of [-2, 2]) {
        axes.place(fit.levelMM + edge * fit.sigmaLevelMM, colours.fit, [3, 3]);
      }
      sheet.circle(axes.x(fit.levelMM), axes.box.top + 14, 9, colours.good, 3);
    }
    if (Number.isFinite(handle.levelMM)) {
      axes.place(handle.levelMM, colours.text, [1, 3]);
      sheet.dot(axes.x(handle.levelMM), axes.box.top + 14, 6, colours.text);
    }
    if (isStale) sheet.strike(unknown);
  }
}

/** Two millimetres round everything that is known. */
function rangeOf(sweep, handle, fit) {
  let low = Infinity, high = -Infinity;
  const take = (value) => {
    if (!Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const sample of sweep) take(sample.levelMM);
  take(handle.levelMM);
  if (fit) take(fit.levelMM);
  return low <= high ? [low - 2, high + 2] : [-5, 5];
}
