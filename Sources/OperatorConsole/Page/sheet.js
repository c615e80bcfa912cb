// A canvas to draw on in CSS pixels, with the page's colours, and axes in the data's units.

/** The page's colours, read once and again when the theme changes. */
export const colours = {};

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of [
    "panel", "sunk", "edge", "text", "faint", "good", "warn", "bad", "info", "fit", "limit",
    "stale", "stale-text",
  ]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

export class Sheet {
  #observer;
  width = 0;
  /** Pixels of the letters, which grow with the page's own on a wall screen. */
  letters = 12;
  height = 0;

  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    // Sizes come from the observer: to ask the layout in every frame would cost one each time.
    this.#observer = new ResizeObserver(([entry]) => this.#fit(entry.contentRect));
    this.#observer.observe(canvas);
  }

  /** Whether there is anything to draw on. */
  get isShown() { return this.width > 20 && this.height > 20; }

  #fit({ width, height }) {
    const scale = Math.min(devicePixelRatio || 1, 2);
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.letters = Math.round(
      0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
  }

  /** Empties the sheet; stale ones are struck through. */
  begin(isStale) {
    this.canvas.classList.toggle("is-stale", isStale);
    this.pen.clearRect(0, 0, this.width, this.height);
    this.pen.font = `${this.letters}px system-ui, sans-serif`;
    this.pen.lineWidth = 1.5;
    this.pen.setLineDash([]);
  }

  /** Writes over everything that what is drawn is no longer so. */
  strike(words) {
    const { pen, width, height } = this;
    pen.fillStyle = colours.sunk;
    pen.globalAlpha = 0.72;
    pen.fillRect(0, 0, width, height);
    pen.globalAlpha = 1;
    for (let x = -height; x < width; x += 28) {
      this.line([[x, height], [x + height, 0]], colours.edge, 1);
    }
    pen.font = `700 ${1.5 * this.letters}px system-ui, sans-serif`;
    this.words(words, width / 2, height / 2, colours.text, "center");
  }

  line(points, colour, width = 1.5, dash = []) {
    const { pen } = this;
    if (points.length < 2) return;
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.beginPath();
    for (let index = 0; index < points.length; index += 1) {
      pen.lineTo(points[index][0], points[index][1]);
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  words(text, x, y, colour = colours.faint, align = "left") {
    const { pen } = this;
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.fillText(text, x, y);
  }

  dot(x, y, radius, colour) {
    const { pen } = this;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }

  circle(x, y, radius, colour, width = 1.5, dash = []) {
    const { pen } = this;
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.stroke();
    pen.setLineDash([]);
  }
}

/** A box on a sheet with a scale for each axis; data in, pixels out. */
export class Axes {
  constructor(sheet, box, x, y) {
    Object.assign(this, { sheet, box, xRange: x, yRange: y });
  }

  x(value) {
    const [low, high] = this.xRange;
    return this.box.left + (value - low) / (high - low) * (this.box.right - this.box.left);
  }

  y(value) {
    const [low, high] = this.yRange;
    return this.box.bottom - (value - low) / (high - low) * (this.box.bottom - this.box.top);
  }

  /** Grid and numbers; `marks` are about how many. */
  grid(xMarks, yMarks, xUnit, yUnit) {
    const { box, sheet } = this;
    for (const value of ticks(this.yRange, yMarks)) {
      const at = this.y(value);
      sheet.line([[box.left, at], [box.right, at]], colours.edge, 0.6);
      sheet.words(`${tidy(value)}`, box.left - 4, at + 4, colours.faint, "right");
    }
    for (const value of ticks(this.xRange, xMarks)) {
      const at = this.x(value);
      sheet.line([[at, box.top], [at, box.bottom]], colours.edge, 0.6);
      sheet.words(`${tidy(value)}`, at, box.bottom + 14, colours.faint, "center");
    }
    sheet.words(yUnit, 2, box.top - 4);
    sheet.words(xUnit, box.right, box.bottom + 27, colours.faint, "right");
  }

  /** A level across the box, with its name at the left, where the data is oldest. */
  level(value, colour, dash, name) {
    const at = this.y(value);
    if (at < this.box.top || at > this.box.bottom) return;
    this.sheet.line([[this.box.left, at], [this.box.right, at]], colour, 1.5, dash);
    if (name) this.sheet.words(name, this.box.left + 4, at - 4, colour);
  }

  /** A place along x, with its name at the top. */
  place(value, colour, dash, name) {
    const at = this.x(value);
    if (at < this.box.left || at > this.box.right) return;
    this.sheet.line([[at, this.box.top], [at, this.box.bottom]], colour, 1.5, dash);
    if (name) this.sheet.words(name, at + 3, this.box.top + 12, colour);
  }
}

/** Round numbers within a range. */
export function ticks([low, high], about) {
  if (about <= 0) return [];
  const rough = (high - low) / about;
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const marks = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) {
    marks.push(value);
  }
  return marks;
}

function tidy(value) {
  const text = Number(value.toPrecision(4)).toString();
  return text.replace("-", "\u2212");
}
