import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type ImageStore,
  readSaved,
  restoreResults,
  SandboxError,
  SavedCacheError,
  type SavedManifest,
  saveResults,
} from '@harmont/sandbox'
import type { Handler } from '../context.ts'
import { exits, HmError, usageError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import { stepsOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import { count } from '../terminal/amounts.ts'
import type { Output } from '../terminal/output.ts'
import { resultsIn } from './cache.ts'
import { withSandboxes } from './with-sandboxes.ts'

/**
 * `hm cache save DIR`: writes the results that this project's last runs made or used, for `hm cache
 * restore` on another machine. Prints the content key.
 */
export const save: Handler<'cache save'> = async (context) => {
  const { args, flags, directory, output, global } = context
  const target = resolve(args.directory)
  if (existsSync(target) && readdirSync(target).length > 0 && !existsSync(join(target, 'manifest.json')))
    throw usageError(
      `${target} is not empty and holds no saved cache`,
      'name a new directory, or one that hm cache save wrote',
    )
  return withSandboxes(context, async (home, opening) => {
    // Other processes do not trim the cache while sandboxes are open.
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

/**
 * `hm cache restore DIR`: imports a saved cache and prints its content key. Throws exit 2 for a
 * modified cache and restores none of it.
 */
export const restore: Handler<'cache restore'> = (context) =>
  withSandboxes(context, async (home, opening) => {
    const { args, output, global } = context
    const from = resolve(args.directory)
    const { driver, images } = await opening
    try {
      const { key, manifest } = readSaved(from)
      const here = await imagesHere(images, manifest, output)
      const request = { directory: home.root, driver, sources: home.sources, from, manifest, images: here }
      const entries = await restoreResults(request)
      const leftOut = manifest.entries.length - entries
      if (global.json) await output.json({ key, entries, left_out: leftOut })
      else await output.print(key)
      output.say(`restored ${count(entries, 'cache entry', 'cache entries')}`)
      return exits.ok
    } catch (error) {
      if (!(error instanceof SavedCacheError)) throw error
      const fix = 'save it again: hm cache save'
      throw new HmError(exits.usage, 'saved_cache_invalid', `${from}: ${error.message}`, { fix, cause: error })
    }
  })

/**
 * Returns the digests of the images that are on this machine or can be pulled. A step on another
 * image would fail.
 */
async function imagesHere(
  images: ImageStore,
  { images: wanted, entries }: SavedManifest,
  output: Output,
): Promise<ReadonlySet<string>> {
  const here = new Set<string>()
  for (const { digest, names } of wanted) {
    if (await isHere(images, digest, names, output)) here.add(digest)
    else
      output.warn(
        `skipped ${count(entries.length, 'entry', 'entries')} on the image ${names.join(', ') || 'host'} (${digest.slice(0, 19)}), which is different here or could not be pulled`,
      )
  }
  return here
}

async function isHere(images: ImageStore, digest: string, names: readonly string[], output: Output): Promise<boolean> {
  if ((await images.byDigest(digest)) !== undefined) return true
  // Only the host image is unnamed.
  for (const name of names.length === 0 ? ['host'] : names) {
    try {
      if ((await images.resolve(name, output.say)).digest === digest) return true
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error
      output.debug(error.message)
    }
  }
  return false
}
