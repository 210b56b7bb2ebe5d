import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { localHome } from '../records/home.ts'
import { byteText } from '../terminal/amounts.ts'
import { cleanUpKilled } from './clean-up.ts'

/** `hm cache du`: prints the disk usage of local runs, by kind. */
export const run: Handler<'cache du'> = async (context) => {
  const { cacheDirectory, output, global, config } = context
  await cleanUpKilled(context)
  const home = localHome(cacheDirectory)
  const kinds = {
    snapshots: join(home.root, 'snapshots'),
    images: home.images,
    sources: home.sources,
    runs: home.runs,
    artifacts: home.parts,
    sandboxes: home.engines,
  }
  const sizes = await Promise.all(
    Object.entries(kinds).map(async ([kind, path]) => [kind, await bytesOf(path)] as const),
  )
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  const maxGb = (await config()).get('cache.max_gb')
  if (global.json) {
    await output.json({ directory: home.root, ...Object.fromEntries(sizes), total, max_gb: maxGb })
    return exits.ok
  }
  for (const [kind, bytes] of [...sizes, ['total', total] as const])
    await output.print(`${byteText(bytes).padStart(9)}  ${kind}`)
  output.say(`in ${home.root}; snapshots are limited to ${maxGb} GiB (cache.max_gb)`)
  return exits.ok
}

/** Runs `du`, which counts a file with several names once. */
async function bytesOf(path: string): Promise<number> {
  if (!existsSync(path)) return 0
  const { stdout } = await promisify(execFile)('du', ['--summarize', '--block-size=1', '--one-file-system', '--', path])
  return Number(stdout.split('\t')[0])
}
