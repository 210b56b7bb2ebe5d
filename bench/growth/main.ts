/**
 * `npm run bench growth [NAME]`: measures the curves whose names contain the word at growing sizes,
 * and prints the exponents. Without a word it measures all and writes `README.md` beside this file,
 * with pictures. `-- --whole` adds the largest sizes.
 */
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { machineWords, quantile } from '../measure.ts'
import { chart, type Line } from './chart.ts'
import type { Curve } from './curve.ts'
import { curves } from './curves.ts'
import { exponent, upperExponent } from './fit.ts'
import { openProcessorMeter, type ProcessorMeter } from './processor-meter.ts'

const rounds = 3
/** A size whose first sample takes longer is measured only once. */
const longMs = 5_000
const folder = import.meta.dirname

/** Runs the measurements that the arguments after `growth` select. */
export async function measureGrowth(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { whole: { type: 'boolean', default: false } },
  })
  const wanted = curves.filter(({ name }) => name.includes(positionals[0] ?? ''))
  if (wanted.length === 0) throw new Error(`no curve has this name: ${curves.map(({ name }) => name).join(', ')}`)
  await using meter = openProcessorMeter()
  const rows: string[] = []
  for (const curve of wanted) {
    const began = performance.now()
    const lines = await measureCurve(curve, meter, values.whole)
    process.stderr.write(`${curve.name} took ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
    rows.push(...lines.map((line) => row(curve, line)))
    console.log(rows.slice(-lines.length).join('\n'))
    if (positionals.length === 0) await writeFile(join(folder, `${curve.name}.svg`), picture(curve, lines))
  }
  if (positionals.length === 0) await writeFile(join(folder, 'README.md'), page(rows, values.whole))
}

async function measureCurve(curve: Curve, meter: ProcessorMeter, whole: boolean): Promise<readonly Line[]> {
  const lines = new Map(Object.keys(curve.limits).map((name) => [name, [] as { size: number; cost: number }[]]))
  await curve.prepare(meter, async (once) => {
    for (const size of whole ? [...curve.sizes, ...curve.largest] : curve.sizes) {
      const samples: Readonly<Record<string, number>>[] = []
      const began = performance.now()
      while (samples.length < rounds && (samples.length === 0 || performance.now() - began < longMs))
        samples.push(await once(size))
      for (const [name, points] of lines)
        points.push({
          size,
          cost: quantile(
            samples.map((sample) => sample[name] ?? Number.NaN),
            0.5,
          ),
        })
      process.stderr.write(`${curve.name}, ${size} ${curve.unit}: ${JSON.stringify(samples.at(-1))}\n`)
    }
  })
  return [...lines].map(([name, points]) => ({ name, points }))
}

function row({ name, what, cost, limits }: Curve, { name: line, points }: Line): string {
  const figures = points.map(({ size, cost: value }) => `${size.toLocaleString('en')}: ${rounded(value)}`).join(', ')
  const [all, upper] = [exponent(points), upperExponent(points)]
  const limit = limits[line] ?? Number.NaN
  const verdict = upper <= limit ? '' : ' **above**'
  return `| ${name} | ${what}: ${line} | ${cost} | ${figures} | ${all.toFixed(2)} | ${upper.toFixed(2)}${verdict} | ${limit} |`
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)))
}

function picture({ what, unit, cost }: Curve, lines: readonly Line[]): string {
  return chart({ title: what, x: unit, y: cost }, lines)
}

function page(rows: readonly string[], whole: boolean): string {
  const load = loadavg()[0]?.toFixed(1)
  const pictures = curves.map(({ name, what }) => `![${what}](${name}.svg)`).join('\n\n')
  return `# How cost grows

Made by \`npm run bench growth${whole ? ' -- --whole' : ''}\` on ${new Date().toISOString().slice(0, 10)}: ${machineWords()}, load ${load} at the end.

The exponent is the slope of a straight line through the logarithms of sizes and costs: 1 means that ten times as much
costs ten times as much, 0 that the size does not matter. The second one is that of the upper half of the sizes, where
fixed costs weigh least; it must not exceed the limit. Costs are medians of up to ${rounds} samples.

| curve | n | cost | by size | exponent | upper half | limit |
|---|---|---|---|---|---|---|
${rows.join('\n')}

${pictures}
`
}
