import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type KeptResult, keptResults } from '@harmont/sandbox'
import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { type LocalHome, localHome } from '../records/home.ts'
import { localMinute } from '../terminal/amounts.ts'
import { byteText } from '../terminal/byte-text.ts'
import { printTable } from '../terminal/table.ts'
import { requireLinux } from './require-linux.ts'
import { sweepDead } from './sweep.ts'

/** `hm cache ls`: what later runs may find, the last used first. */
export const run: Handler<'cache ls'> = async (context) => {
  const { cacheDirectory, output, global } = context
  requireLinux()
  await sweepDead(context)
  const results = (await resultsIn(localHome(cacheDirectory))).toReversed()
  if (global.json) {
    await output.json({ data: results.map(presented) })
    return exits.ok
  }
  const rows = results.map(({ origin, bytes, usedAt, key }) => {
    const { pipeline = '?', number = '?', step = '?' } = origin
    return [key.slice(0, 12), localMinute(usedAt.getTime()), byteText(bytes), `${pipeline} #${number} ${step}`]
  })
  await printTable(output, ['KEY', 'LAST USED', 'SIZE', 'MADE BY'], rows)
  if (results.length === 0) output.say('the cache is empty')
  return exits.ok
}

/** Cache entries, least recently used first; none where nothing was run yet. */
export async function resultsIn({ root }: LocalHome): Promise<readonly KeptResult[]> {
  return existsSync(join(root, 'cache')) ? keptResults(root) : []
}

function presented({ key, snapshot, origin, imageDigest, createdAt, usedAt, bytes }: KeptResult) {
  const { pipeline = null, number = null, step = null } = origin
  return {
    key,
    pipeline,
    run: number === null ? null : Number(number),
    step,
    snapshot,
    image_digest: imageDigest,
    created_at: createdAt.toISOString(),
    used_at: usedAt.toISOString(),
    bytes,
  }
}
