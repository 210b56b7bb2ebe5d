/**
 * `npm run bench [WORD]`: measures the rows whose name contains the word, or all, and prints them.
 * A run of all rows writes `bench/results.md`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Row } from './measure.ts'
import { apiRows } from './rows/api.ts'
import { appendRows } from './rows/append.ts'
import { artifactRows } from './rows/artifacts.ts'
import { commandStartRows } from './rows/command-start.ts'
import { egressRows } from './rows/egress.ts'
import { filledRows } from './rows/filled.ts'
import { fleetRows } from './rows/fleet.ts'
import { forkRows } from './rows/fork.ts'
import { inputRows } from './rows/inputs.ts'
import { layerRows } from './rows/layers.ts'
import { logLineRows } from './rows/log-lines.ts'
import { logRows } from './rows/logs.ts'
import { overheadRows } from './rows/overhead.ts'
import { serviceRows } from './rows/services.ts'
import { startRows } from './rows/start.ts'
import { stepRows } from './rows/steps.ts'
import { testRows } from './rows/tests.ts'
import { webLogRows } from './rows/web-log.ts'
import { webPageRows } from './rows/web-page.ts'
import { wireRows } from './rows/wire.ts'

const wanted = process.argv[2] ?? ''
const rows: readonly Row[] = [
  ...stepRows,
  ...forkRows,
  ...serviceRows,
  ...inputRows,
  ...layerRows,
  ...artifactRows,
  ...egressRows,
  ...overheadRows,
  ...wireRows,
  ...fleetRows,
  ...appendRows,
  ...apiRows,
  ...filledRows,
  ...logRows,
  ...logLineRows,
  ...startRows,
  ...commandStartRows,
  ...testRows,
  ...webPageRows,
  ...webLogRows,
]
const lines: string[] = []
for (const row of rows.filter((it) => it.what.includes(wanted))) {
  process.stderr.write(`measuring ${row.what} …\n`)
  const began = performance.now()
  const figure = await row.run()
  process.stderr.write(`… took ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
  lines.push(`| ${row.what} | ${row.must} | ${figure} |`)
  console.log(lines.at(-1))
}
if (wanted === '') {
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node.js ${process.version}`
  const head = `# Results\n\nMade by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. Settings are the defaults of \`npm start\`.\n`
  const table = `\n| what | must | measured |\n|---|---|---|\n${lines.join('\n')}\n`
  // Remarks on the figures by a person; check them after every run.
  const words = await readFile(join(import.meta.dirname, 'where-the-time-goes.md'), 'utf8')
  await writeFile(join(import.meta.dirname, 'results.md'), head + table + words)
}
