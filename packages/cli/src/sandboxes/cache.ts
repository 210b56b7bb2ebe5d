import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { forgetResult, type KeptResult, keptResults } from '@harmont/sandbox'
import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { type LocalHome, localHome } from '../records/home.ts'
import { byteText, count, localMinute } from '../terminal/amounts.ts'
import { printTable } from '../terminal/table.ts'
import { cleanUpKilled } from './clean-up.ts'
import { requireLinux } from './require-linux.ts'
import { trim } from './trim.ts'
import { withSandboxes } from './with-sandboxes.ts'

/** `hm cache ls`: lists the entries available to later runs, most recently used first. */
export const list: Handler<'cache ls'> = async (context) => {
  const { cacheDirectory, output, global } = context
  requireLinux()
  await cleanUpKilled(context)
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

/** Returns cache entries, least recently used first; none before the first run. */
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

const dayMs = 24 * 60 * 60_000
const gigabyte = 1024 ** 3

/**
 * `hm cache clean`: removes only unreachable results, unless a flag is given. Snapshots of failed
 * steps are kept for a day, for a retry or a shell.
 */
export const clean: Handler<'cache clean'> = (context) =>
  withSandboxes(context, async (home, opening) => {
    const { flags, output, config, global } = context
    const { olderThan, all } = flags
    const sandboxes = await opening
    const isDoomed = ({ usedAt }: { readonly usedAt: Date }) =>
      all || (olderThan !== undefined && usedAt.getTime() < Date.now() - olderThan)
    const doomed = (await resultsIn(home)).filter(isDoomed)
    for (const result of doomed) await forgetResult(home.root, result)
    const cacheBytes = (await config()).get('cache.max_gb') * gigabyte
    const before = new Date(Date.now() - (all ? 0 : dayMs))
    const trimmed = await trim(home, sandboxes, { cacheBytes, before })
    if (trimmed === undefined)
      throw new HmError(exits.unavailable, 'cache_in_use', 'another hm is running and uses the cache', {
        fix: 'stop it (hm watch, hm run) and try again',
      })
    const { snapshots, images, sources } = trimmed
    if (global.json) await output.json({ entries: doomed.length, snapshots, images, sources })
    else
      output.say(
        `removed ${count(doomed.length, 'cache entry', 'cache entries')}, ${count(snapshots, 'snapshot')}, ${count(images, 'image')}, ${count(sources, 'source tree')}`,
      )
    return exits.ok
  })
