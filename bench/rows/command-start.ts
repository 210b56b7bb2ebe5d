/** Measures the start of `hm` for commands that need neither engine nor server. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { quantile, type Row, timeMs } from '../measure.ts'

const rounds = 20
const hm = join(import.meta.dirname, '../../packages/cli/bin/hm.js')
// Uses the system's Node.js (20 or later), which starts the pinned one; npm scripts put the pinned
// one first in PATH.
const systemNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path))

/** Returns the median in milliseconds without the first run, which fills the compile cache. */
async function median(node: string, args: readonly string[]): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'hm-start-'))
  const once = () => promisify(execFile)(node, [hm, ...args], { cwd: home, env: { ...process.env, HOME: home } })
  await once()
  const samples: number[] = []
  for (let round = 0; round < rounds; round += 1) samples.push(await timeMs(once))
  await rm(home, { recursive: true })
  return quantile(samples, 0.5)
}

function row(words: readonly string[], must: string): Row {
  return {
    what: `start of hm ${words.join(' ')}`,
    must,
    async run() {
      const pinned = `${(await median(process.execPath, words)).toFixed(0)} ms on Node.js ${process.version}`
      const system =
        systemNode === undefined ? '' : `, ${(await median(systemNode, words)).toFixed(0)} ms by ${systemNode}`
      return `${pinned}${system} (medians of ${rounds})`
    },
  }
}

export const commandStartRows: readonly Row[] = [
  row(['--version'], '<= 120 ms'),
  row(['help'], ''),
  row(['config', 'list'], ''),
]
