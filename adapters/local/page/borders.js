// Blurred borders, as the bot makes them: a copy of the image that covers the video, without its shapes, and dimmed.

/** Pixels of the copy's shorter side. An eighth of it is the blur's deviation, here as in the bot's own borders. */
const SIDE = 16;
const DEVIATION = SIDE / 8;
const DIM = 0.72;
const REACH = 3 * DEVIATION;
const WEIGHTS = Array.from({ length: 2 * REACH + 1 }, (_, at) => Math.exp(-((at - REACH) ** 2) / (2 * DEVIATION ** 2)));
const ALL = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

/** Paints the borders of an image, for a video of this ratio; the browser draws the canvas larger, and smooth. */
export function paintBorders(canvas, image, ratio) {
  canvas.width = Math.round(SIDE * Math.max(1, ratio));
  canvas.height = Math.round(SIDE * Math.max(1, 1 / ratio));
  const { width, height } = canvas;
  const scale = Math.max(width / image.naturalWidth, height / image.naturalHeight);
  const [across, down] = [width / scale, height / scale];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const corner = [(image.naturalWidth - across) / 2, (image.naturalHeight - down) / 2];
  context.drawImage(image, ...corner, across, down, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  soften(pixels.data, { step: 4, length: width, lines: height, next: 4 * width });
  soften(pixels.data, { step: 4 * width, length: height, lines: width, next: 4 });
  for (let at = 0; at < pixels.data.length; at += 1) if (at % 4 < 3) pixels.data[at] *= DIM;
  context.putImageData(pixels, 0, 0);
}

/** Blurs along lines; beyond its ends a line goes on as it ends. */
function soften(data, { step, length, lines, next }) {
  for (let line = 0; line < lines; line += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const first = line * next + channel;
      const before = Array.from({ length }, (_, at) => data[first + at * step]);
      const near = (at) => before[Math.min(length - 1, Math.max(0, at))];
      for (let at = 0; at < length; at += 1) {
        data[first + at * step] = WEIGHTS.reduce((sum, weight, index) => sum + weight * near(at + index - REACH), 0) / ALL;
      }
    }
  }
}
