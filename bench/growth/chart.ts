/** Draws curves with logarithmic axes as SVG, with four kinds of elements and no library. */
import type { Point } from './fit.ts'

export interface Line {
  readonly name: string
  readonly points: readonly Point[]
}

export interface ChartText {
  readonly title: string
  readonly x: string
  readonly y: string
}

const [width, height] = [720, 400]
const frame = { left: 70, right: 200, top: 40, bottom: 50 }
/** Distinguishable by colour-blind readers, on light and dark backgrounds. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#7f7f7f']

/** Returns the picture. */
export function chart({ title, x, y }: ChartText, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points)
  const across = axis(
    points.map(({ size }) => size),
    frame.left,
    width - frame.right,
  )
  const up = axis(
    points.map(({ cost }) => cost),
    height - frame.bottom,
    frame.top,
  )
  const grid = [
    ...across.ticks.map(
      (value) =>
        `<path d="M${across.at(value)} ${frame.top}V${height - frame.bottom}"/><text x="${across.at(value)}" y="${height - frame.bottom + 18}" text-anchor="middle">${short(value)}</text>`,
    ),
    ...up.ticks.map(
      (value) =>
        `<path d="M${frame.left} ${up.at(value)}H${width - frame.right}"/><text x="${frame.left - 8}" y="${up.at(value) + 4}" text-anchor="end">${short(value)}</text>`,
    ),
  ]
  const drawn = lines.map((line, index) => drawLine(line, index, across.at, up.at))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#777">
<text x="${frame.left}" y="20" font-size="14">${escaped(title)}</text>
<text x="${(frame.left + width - frame.right) / 2}" y="${height - 12}" text-anchor="middle">${escaped(x)}</text>
<text transform="translate(16 ${(frame.top + height - frame.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>
<g stroke="#8884" fill="none">${grid.join('\n').replaceAll('<text', '<text stroke="none" fill="#777"')}</g>
${drawn.join('\n')}
</svg>
`
}

function drawLine({ name, points }: Line, index: number, x: Scale, y: Scale): string {
  const colour = colours[index % colours.length]
  const places = points.map(({ size, cost }) => [x(size), y(cost)] as const)
  const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3"/>`).join('')
  const legend = frame.top + 14 + index * 20
  const [from, to] = [width - frame.right + 16, width - frame.right + 32]
  return `<g fill="${colour}" stroke="none"><path d="M${places.map((place) => place.join(' ')).join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}<path d="M${from} ${legend - 4}H${to}" stroke="${colour}" stroke-width="2"/><text x="${to + 6}" y="${legend}">${escaped(name)}</text></g>`
}

type Scale = (value: number) => number

/** Returns the powers of ten around the values, and the position of each value. */
function axis(values: readonly number[], from: number, to: number): { readonly ticks: number[]; readonly at: Scale } {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))))
  const at = (value: number) =>
    Math.round((from + ((Math.log10(value) - first) / (last - first)) * (to - from)) * 10) / 10
  return { ticks: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)), at }
}

/** Formats `0.01`, `100`, `10k`, `1M`. */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  return value >= 1e4 ? `${value / 1e3}k` : String(Number(value.toPrecision(3)))
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
