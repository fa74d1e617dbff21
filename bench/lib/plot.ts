/** A line of a plot: its values over time, on a scale of its own that begins at 0. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
}

const [WIDTH, HEIGHT, MARGIN] = [900, 300, 60];
const TICKS = 5;

/**
 * An SVG of curves over the same time, each with its own axis: the first on the left, the second on the right.
 * @param minutes from the first value to the last
 */
export function plotOf(title: string, minutes: number, curves: readonly [Curve, Curve]): string {
  const [left, right] = curves;
  const texts = [
    text(WIDTH / 2, MARGIN / 2, title),
    ...ticks(minutes).map((at) => text(x(at / minutes), HEIGHT - MARGIN / 2, `${at} min`)),
    ...axis(left, MARGIN - 8, 'end'),
    ...axis(right, WIDTH - MARGIN + 8, 'start'),
  ];
  const frame = `<path fill="none" stroke="#888" d="M${MARGIN},${MARGIN} V${y(0)} H${WIDTH - MARGIN} V${MARGIN}"/>`;
  const style = 'font-family="sans-serif" font-size="12" text-anchor="middle"';
  const body = [frame, ...curves.map(line), ...texts].join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ${style}>\n${body}\n</svg>\n`;
}

/** Round numbers from 0 to the first that is not below `most`. */
export function ticks(most: number): number[] {
  const rough = most / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}

function axis({ name, colour, values }: Curve, at: number, anchor: string): string[] {
  const marks = ticks(Math.max(...values));
  const top = marks.at(-1) ?? 1;
  const style = `fill="${colour}" text-anchor="${anchor}"`;
  return [text(at, MARGIN - 16, name, style), ...marks.map((mark) => text(at, y(mark / top) + 4, String(mark), style))];
}

function line({ colour, values }: Curve): string {
  const top = ticks(Math.max(...values)).at(-1) ?? 1;
  const points = values.map((value, at) => `${x(at / Math.max(1, values.length - 1))},${y(value / top)}`);
  return `<polyline fill="none" stroke="${colour}" points="${points.join(' ')}"/>`;
}

function x(share: number): string {
  return (MARGIN + Math.min(1, share) * (WIDTH - 2 * MARGIN)).toFixed(1);
}

function y(share: number): number {
  return Number((HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)).toFixed(1));
}

function text(at: number | string, height: number, content: string, style = ''): string {
  return `<text x="${at}" y="${height}" ${style}>${content}</text>`;
}
