import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { saveResults } from '@harmont/sandbox'
import type { Handler } from '../context.ts'
import { exits, usageError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import { stepsOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import { count } from '../terminal/amounts.ts'
import { resultsIn } from './cache-ls.ts'
import { withSandboxes } from './with-sandboxes.ts'

/** `hm cache save DIR`: what this project's last runs made or used, for `hm cache restore` elsewhere. Prints the content key. */
export const run: Handler<'cache save'> = async (context) => {
  const { args, flags, directory, output, global } = context
  const target = resolve(args.directory)
  if (existsSync(target) && readdirSync(target).length > 0 && !existsSync(join(target, 'manifest.json')))
    throw usageError(
      `${target} is not empty and holds no saved cache`,
      'name a new directory, or one that hm cache save wrote',
    )
  return withSandboxes(context, async (home, opening) => {
    // Whoever has sandboxes open keeps others from removing what lies in the cache.
    const { driver, images } = await opening
    const used = usedBy(home, directory)
    const results = (await resultsIn(home)).filter(({ snapshot }) => flags.all || used.has(snapshot))
    const { key, entries, layers, leftOut } = await saveResults({
      directory: home.root,
      driver,
      images,
      results,
      target,
    })
    if (global.json) await output.json({ key, directory: target, entries, layers, left_out: leftOut })
    else await output.print(key)
    output.say(`saved ${count(entries, 'cache entry', 'cache entries')} in ${count(layers, 'layer')} to ${target}`)
    if (leftOut > 0)
      output.say(`skipped ${count(leftOut, 'entry', 'entries')}: with secrets, damaged, or not storable as layers`)
    return exits.ok
  })
}

function usedBy({ runs }: LocalHome, directory: string): ReadonlySet<string> {
  const own = readRecords(runs, directory)
  return new Set(own.flatMap(({ events }) => stepsOf(events)).flatMap(({ snapshot }) => snapshot ?? []))
}
