import type { StepIdentity } from '../records/identity.ts'
import { explainFiles } from './explain-files.ts'

/** Which parts of what identifies a step differ, as sentences; the step itself first, then what it builds in. */
export function explainStep(
  key: string,
  before: ReadonlyMap<string, StepIdentity>,
  after: ReadonlyMap<string, StepIdentity>,
): string[] {
  const sentences: string[] = []
  for (let at: string | null = key; at !== null; ) {
    const own: StepIdentity | undefined = after.get(at)
    const old = before.get(at)
    const relation = at === after.get(key)?.parent ? 'parent' : 'ancestor'
    const prefix = at === key ? '' : `${at}, its ${relation}: `
    if (own === undefined) break
    if (old === undefined) sentences.push(`${prefix}the step is new`)
    else {
      const found = differences(old, own)
      // A parent's new key makes one for each step below it: only the first is told.
      const isOwn = own.parent === null || before.get(own.parent)?.cacheKey === after.get(own.parent)?.cacheKey
      if (found.length === 0 && isOwn && old.cacheKey !== own.cacheKey)
        found.push(own.policy.includes('"policy":"ttl"') ? 'its ttl expired' : 'its key changed')
      sentences.push(...found.map((sentence) => prefix + sentence))
    }
    at = own.parent
  }
  return sentences
}

function differences(old: StepIdentity, own: StepIdentity): string[] {
  const found: string[] = []
  if (old.command !== own.command) found.push('its command changed')
  if (old.image !== own.image) found.push(`its image changed from ${old.image} to ${own.image}`)
  if (old.parent !== own.parent) found.push(`it builds in ${own.parent} instead of ${old.parent}`)
  if (old.policy !== own.policy) found.push('its cache policy changed')
  found.push(...changed(old.variables, own.variables).map((change) => `variable ${change}`))
  found.push(...changed(old.envKeys, own.envKeys).map((change) => `variable ${change} in the rendering environment`))
  found.push(...explainFiles(old.files, own.files).map((change) => `file ${change}`))
  return found
}

/** `a.txt was added`, in order of name. */
function changed(old: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(own)])].sort()
  return names.flatMap((name) => {
    const [before, after] = [old, own].map((all) => (Object.hasOwn(all, name) ? all[name] : undefined))
    if (before === after) return []
    return `${name} ${before === undefined ? 'was added' : after === undefined ? 'was removed' : 'changed'}`
  })
}
