import { forgetResult } from '@harmont/sandbox'
import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { count } from '../terminal/amounts.ts'
import { resultsIn } from './cache-ls.ts'
import { trim } from './trim.ts'
import { withSandboxes } from './with-sandboxes.ts'

const dayMs = 24 * 60 * 60_000
const gigabyte = 1024 ** 3

/** `hm cache clean`: without a flag only what no run can want any longer. What failed in the last day stays for a retry or a shell. */
export const run: Handler<'cache clean'> = (context) =>
  withSandboxes(context, async (home, opening) => {
    const { flags, output, config } = context
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
    output.say(
      `removed ${count(doomed.length, 'cache entry', 'cache entries')}, ${count(snapshots, 'snapshot')}, ${count(images, 'image')}, ${count(sources, 'source tree')}`,
    )
    return exits.ok
  })
