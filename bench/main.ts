/**
 * `npm run bench [WORD]`: measures and prints the rows whose name contains the word, or all rows. A
 * run of all rows writes `bench/results.md`. `npm run bench growth` and `npm run bench peers`
 * measure how cost grows, and alternative tools (`growth/main.ts`, `peers/main.ts`).
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { measureGrowth } from './growth/main.ts'
import { machineWords, type Row } from './measure.ts'
import { measurePeers } from './peers/main.ts'
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
import { peerRows } from './rows/peers.ts'
import { serviceRows } from './rows/services.ts'
import { startRows } from './rows/start.ts'
import { stepRows } from './rows/steps.ts'
import { testRows } from './rows/tests.ts'
import { webLogRows } from './rows/web-log.ts'
import { webPageRows } from './rows/web-page.ts'
import { wireRows } from './rows/wire.ts'

const [wanted = '', ...rest] = process.argv.slice(2)
const rows: readonly Row[] = [
  ...stepRows,
  ...forkRows,
  ...serviceRows,
  ...inputRows,
  ...layerRows,
  ...peerRows,
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

if (wanted === 'growth') await measureGrowth(rest)
else if (wanted === 'peers') await measurePeers(rest)
else await measureRows()

async function measureRows(): Promise<void> {
  const lines: string[] = []
  for (const row of rows.filter((it) => it.what.includes(wanted))) {
    process.stderr.write(`measuring ${row.what} …\n`)
    const began = performance.now()
    const figure = await row.run()
    process.stderr.write(`… took ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
    lines.push(`| ${row.what} | ${row.must} | ${figure} |`)
    console.log(lines.at(-1))
  }
  if (wanted !== '') return
  const date = new Date().toISOString().slice(0, 10)
  const head = `# Results\n\nMade by \`npm run bench\` on ${date}: ${machineWords()}. Settings are the defaults of \`npm start\`.\n`
  const table = `\n| what | must | measured |\n|---|---|---|\n${lines.join('\n')}\n`
  // The linked page is written by hand; check it after every run.
  const words = '\nProfiles and missed targets: [where the time goes](where-the-time-goes.md).\n'
  await writeFile(join(import.meta.dirname, 'results.md'), head + table + words)
}
