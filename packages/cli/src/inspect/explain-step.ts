import type { StepIdentity } from '../records/identity.ts'

/**
 * Returns the differences in a step's identity as sentences: its own first, then those of its
 * parents.
 */
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
      // A parent's new key changes the keys of all steps below it. Only the first change is
      // reported.
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
  found.push(...changed(old.given ?? {}, own.given ?? {}).map((change) => `input ${change}`))
  found.push(...changed(old.services ?? {}, own.services ?? {}).map((change) => `service ${change}`))
  if (old.split !== own.split) found.push('the files of its shard changed')
  return found
}

/** Returns sentences such as `a.txt was added`, in order of name. */
function changed(old: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(own)])].sort()
  return names.flatMap((name) => {
    const [before, after] = [old, own].map((all) => (Object.hasOwn(all, name) ? all[name] : undefined))
    if (before === after) return []
    return `${name} ${before === undefined ? 'was added' : after === undefined ? 'was removed' : 'changed'}`
  })
}

type Files = Readonly<Record<string, string>>

/**
 * Describes changes of a step's watched files, in order of path: new, removed and renamed files,
 * and changes of type, mode or content.
 */
export function explainFiles(before: Files, after: Files): string[] {
  const gone = Object.keys(before).filter((path) => !Object.hasOwn(after, path))
  const renamed = new Map<string, string>()
  const phrases = new Map<string, string>()
  for (const [path, fact] of Object.entries(after)) {
    const old = Object.hasOwn(before, path) ? before[path] : undefined
    if (old !== undefined) {
      if (old !== fact) phrases.set(path, `${path} ${difference(old, fact)}`)
      continue
    }
    const from = gone.find((other) => !renamed.has(other) && before[other] === fact)
    if (from === undefined) phrases.set(path, `${path} was added`)
    else renamed.set(from, path)
  }
  for (const path of gone) {
    const to = renamed.get(path)
    phrases.set(path, to === undefined ? `${path} was removed` : `${path} was renamed to ${to}`)
  }
  return [...phrases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, phrase]) => phrase)
}

interface Fact {
  readonly type: 'file' | 'folder' | 'link'
  readonly isExecutable: boolean
  readonly content: string
  /** The fact of the link's target; '' for a dangling link. */
  readonly beyond: string
}

function difference(old: string, own: string): string {
  const before = readFact(old)
  const after = readFact(own)
  if (before.type !== after.type) return `changed from a ${before.type} to a ${after.type}`
  const phrases: string[] = []
  if (before.isExecutable !== after.isExecutable)
    phrases.push(after.isExecutable ? 'became executable' : 'is no longer executable')
  if (before.content !== after.content)
    phrases.push(after.type === 'link' ? `points to ${after.content} instead of ${before.content}` : 'changed')
  if (before.beyond !== after.beyond) phrases.push(`points to a target that ${beyond(before.beyond, after.beyond)}`)
  return phrases.join(' and ')
}

function beyond(old: string, own: string): string {
  if (old === '') return 'did not exist'
  return own === '' ? 'was removed' : difference(old, own)
}

function readFact(fact: string): Fact {
  const [first = '', ...rest] = fact.split('\n')
  const colon = first.indexOf(':')
  const kind = first.slice(0, colon)
  return {
    type: kind === 'link' || kind === 'folder' ? kind : 'file',
    isExecutable: kind === 'executable',
    content: first.slice(colon + 1),
    beyond: rest.join('\n'),
  }
}
