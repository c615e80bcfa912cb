// Both vessels and both catheters as estimated: across, and from the side.
//
// Only what was measured is drawn as if it were there: distance, roll and level, each with its
// uncertainty. Sizes of vessels are not measured; they are outlines to read the picture by.

import { figure, signed, uncertain, unknown, write } from "./figures.js";
import { Sheet, colours } from "./sheet.js";

/** Outer radius, mm, of 7 and 5 French (a French is a third of a millimetre of diameter). */
const sendRadius = 7 / 6;
const receiveRadius = 5 / 6;
/** Radii of the outlines, mm. */
const arteryOutline = 1.6;
const veinOutline = 1.9;
const radians = (degrees) => degrees * Math.PI / 180;

export class CrossSection {
  #sheet = new Sheet(document.getElementById("plot-cross"));
  #text = document.getElementById("plot-cross-text");

  /** @param {import("./bench.js").Bench} bench */
  draw(bench) {
    const sheet = this.#sheet;
    const { fit, handle, needle } = bench;
    const isStale = !bench.isLive || !handle.isFresh;
    write(this.#text, isStale ? "The drawing is out of date." : fit
      ? `Send catheter in the artery, receive catheter ${figure(fit.distanceMM, "mm", 2)} `
        + `± ${figure(fit.sigmaDistanceMM, "", 2)} from it. `
        + `The emitter looks ${signed(-fit.rollToGoDeg, "°")} off it. ${needleText(bench)}`
      : `No estimate yet of where the vein is. ${needleText(bench)}`);
    if (!sheet.isShown) return;
    sheet.begin(isStale);
    const distance = fit?.distanceMM ?? 5;
    const span = distance + 2 * veinOutline + 2 * arteryOutline;
    const mm = Math.min((sheet.width - 24) / span, (sheet.height - 60) / 7);
    const sendX = 12 + (arteryOutline + 0.4) * mm + (sheet.width - 24 - span * mm) / 2;
    const y = sheet.height / 2;
    sheet.circle(sendX, y, arteryOutline * mm, colours.bad, 1.5, [5, 4]);
    sheet.words("artery", sendX, y + arteryOutline * mm + 14, colours.bad, "center");
    sheet.circle(sendX, y, sendRadius * mm, colours.text, 2);
    sheet.words("send", sendX, y - arteryOutline * mm - 6, colours.text, "center");
    if (!fit) {
      sheet.words("vein: nothing fitted yet", sheet.width * 0.6, y, colours.faint, "center");
    } else {
      const receiveX = sendX + distance * mm;
      sheet.circle(receiveX, y, veinOutline * mm, colours.info, 1.5, [5, 4]);
      sheet.words("vein", receiveX, y + veinOutline * mm + 14, colours.info, "center");
      sheet.circle(receiveX, y, receiveRadius * mm, colours.text, 2);
      sheet.words("receive", receiveX, y - veinOutline * mm - 6, colours.text, "center");
      this.#drawBeam(fit, sendX, y, distance * mm);
      const wide = 2 * fit.sigmaDistanceMM * mm;
      sheet.line([[receiveX - wide, y], [receiveX + wide, y]], colours.fit, 4);
    }
    const turned = fit ? -fit.rollToGoDeg : 0;
    const depth = needle.isFresh ? needle.depthMM * mm : Number.NaN;
    const tip = (r) => [sendX + r * Math.cos(radians(turned)), y + r * Math.sin(radians(turned))];
    if (depth > 0) sheet.line([tip(0), tip(depth)], colours.warn, 4);
    sheet.dot(...tip(sendRadius * mm), 5, colours.good);
    writeNeedle(sheet, bench);
    if (isStale) sheet.strike(unknown);
  }

  /** Where the emitter looks, and how well that is known: two deviations to each side. */
  #drawBeam(fit, x, y, length) {
    const { pen } = this.#sheet;
    const wide = Math.max(1.5, 2 * fit.sigmaRollDeg);
    const turned = -fit.rollToGoDeg;
    pen.fillStyle = colours.good;
    pen.globalAlpha = 0.25;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.arc(x, y, length, radians(turned - wide), radians(turned + wide));
    pen.fill();
    pen.globalAlpha = 1;
  }
}

export class SideView {
  #sheet = new Sheet(document.getElementById("plot-side"));
  #text = document.getElementById("plot-side-text");

  /** @param {import("./bench.js").Bench} bench */
  draw(bench) {
    const sheet = this.#sheet;
    const { fit, handle, needle } = bench;
    const isStale = !bench.isLive || !handle.isFresh;
    write(this.#text, isStale ? "The drawing is out of date." : fit
      ? `The receive tip is ${uncertain(fit.levelToGoMM, fit.sigmaLevelMM, "mm", 2)} along from `
        + `the send tip. ${needleText(bench)}`
      : `No estimate yet of the level of the receive tip. ${needleText(bench)}`);
    if (!sheet.isShown) return;
    sheet.begin(isStale);
    const distance = fit?.distanceMM ?? 5;
    const toGo = fit?.levelToGoMM ?? 0;
    const across = distance + arteryOutline + veinOutline + 1;
    const mm = Math.min(
      (sheet.height - 50) / across, (sheet.width / 2 - 30) / (Math.abs(toGo) + 3));
    const arteryY = sheet.height - 26 - arteryOutline * mm;
    const veinY = arteryY - distance * mm;
    const x = sheet.width / 2;
    this.#drawVessel(arteryY, arteryOutline * mm, colours.bad, "artery");
    // The send catheter comes from above the crossing, the receive catheter from below it.
    this.#drawCatheter(0, x, arteryY, sendRadius * mm);
    if (fit) {
      this.#drawVessel(veinY, veinOutline * mm, colours.info, "vein");
      const tip = x + toGo * mm;
      this.#drawCatheter(sheet.width, tip, veinY, receiveRadius * mm);
      const wide = Math.max(2, 2 * fit.sigmaLevelMM * mm);
      sheet.line([[tip - wide, veinY], [tip + wide, veinY]], colours.fit, 4);
      sheet.line([[x, arteryY], [x, veinY]], colours.faint, 1, [2, 4]);
    }
    const depth = needle.isFresh ? needle.depthMM * mm : Number.NaN;
    if (depth > 0) sheet.line([[x, arteryY], [x, arteryY - depth]], colours.warn, 4);
    sheet.dot(x, arteryY - sendRadius * mm, 5, colours.good);
    writeNeedle(sheet, bench);
    if (isStale) sheet.strike(unknown);
  }

  #drawVessel(y, radius, colour, name) {
    const sheet = this.#sheet;
    for (const edge of [-radius, radius]) {
      sheet.line([[0, y + edge], [sheet.width, y + edge]], colour, 1.5, [5, 4]);
    }
    sheet.words(name, sheet.width - 6, y + radius - 4, colour, "right");
  }

  #drawCatheter(from, tip, y, radius) {
    this.#sheet.line(
      [[from, y - radius], [tip, y - radius], [tip, y + radius], [from, y + radius]],
      colours.text, 2);
  }
}

function needleText({ needle }) {
  return `Needle ${needle.isFresh ? figure(needle.depthMM, "mm", 2) : unknown}.`;
}

// A needle that is not drawn may be one that is not known: that is said as what is stale is.
function writeNeedle(sheet, bench) {
  const words = needleText(bench).slice(0, -1);
  const y = sheet.height - 8;
  if (!bench.needle.isFresh) {
    sheet.pen.fillStyle = colours.stale;
    const { width } = sheet.pen.measureText(words);
    sheet.pen.fillRect(4, y - sheet.letters, width + 8, sheet.letters + 5);
  }
  sheet.words(words, 8, y, bench.needle.isFresh ? colours.warn : colours["stale-text"]);
}
