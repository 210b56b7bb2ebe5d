import { dashed, globalFlags, kebab } from '../command-line/global-flags.ts'
import { otherWordsLike, type Resolved, resolveCommand, visibleBelow } from '../command-line/resolve.ts'
import { settingKeys } from '../config/settings.ts'
import { HmError } from '../errors.ts'
import type { Completion, FlagSpec } from '../specs/spec.ts'
import { type Candidate, type CompletionContext, dynamicValues } from './sources.ts'

/** Returns the candidates that begin with the last word, which may be empty. */
export async function candidates(words: readonly string[], context: CompletionContext): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const resolved = resolveOrNothing(before)
  if (resolved === undefined) return []
  const flags: Readonly<Record<string, FlagSpec>> = { ...globalFlags, ...resolved.command?.spec.flags }
  const found = await offered(resolved, flags, before, current, context)
  return found.filter(({ value }) => value.startsWith(current) || value.startsWith(':'))
}

function resolveOrNothing(words: readonly string[]): Resolved | undefined {
  try {
    return resolveCommand(words)
  } catch (error) {
    // An invalid line has no valid next word.
    if (error instanceof HmError) return undefined
    throw error
  }
}

async function offered(
  { command, words, rest }: Resolved,
  flags: Readonly<Record<string, FlagSpec>>,
  before: readonly string[],
  current: string,
  context: CompletionContext,
): Promise<readonly Candidate[]> {
  const [, inline] = /^(--[a-z-]+)=/.exec(current) ?? []
  const waiting = findFlag(flags, inline ?? before.at(-1) ?? '')
  if (waiting !== undefined && waiting.kind !== 'boolean' && (inline !== undefined || !('optional' in waiting))) {
    const values = await valuesOf(waiting, context)
    return inline === undefined ? values : values.map(({ value, about }) => ({ value: `${inline}=${value}`, about }))
  }
  if (current.startsWith('-')) return flagCandidates(flags)
  if (command === undefined) return [...nextWords(words), ...(words.length === 0 ? guesses(current) : [])]
  return valuesOf(argumentAt(command.spec.args ?? {}, countPositionals(rest, flags)), context)
}

function findFlag(flags: Readonly<Record<string, FlagSpec>>, token: string): FlagSpec | undefined {
  for (const [name, flag] of Object.entries(flags)) {
    const long = [kebab(name), ...(flag.also ?? [])].some((other) => token === dashed(other))
    if (long || (flag.short !== undefined && token === `-${flag.short}`)) return flag
  }
  return undefined
}

function flagCandidates(flags: Readonly<Record<string, FlagSpec>>): Candidate[] {
  return Object.entries(flags).map(([name, { summary }]) => ({ value: `--${kebab(name)}`, about: summary }))
}

function nextWords(words: readonly string[]): Candidate[] {
  const depth = words.length
  const next = new Map<string, string | undefined>()
  for (const { name, spec } of visibleBelow(words)) {
    const parts = name.split(' ')
    const word = parts[depth] ?? ''
    next.set(word, parts.length === depth + 1 ? spec.summary : undefined)
  }
  return [...next].map(([value, about]) => ({ value, about }))
}

function guesses(typed: string): Candidate[] {
  return otherWordsLike(typed).map(({ word, meant }) => ({ value: word, about: `the same as hm ${meant}` }))
}

interface Offers {
  readonly complete?: Completion
  readonly choices?: readonly string[]
}

async function valuesOf(what: Offers | undefined, context: CompletionContext): Promise<readonly Candidate[]> {
  if (what?.choices !== undefined) return what.choices.map((value) => ({ value }))
  switch (what?.complete) {
    case 'file':
      return [{ value: ':files' }]
    case 'directory':
      return [{ value: ':directories' }]
    case 'config-key':
      return settingKeys.map((value) => ({ value }))
    case 'command':
      return visibleBelow([]).map(({ name, spec }) => ({ value: name.split(' ')[0] ?? name, about: spec.summary }))
    case 'pipeline':
    case 'step':
    case 'pipeline-or-step':
    case 'build':
      return dynamicValues(what.complete, context)
    case undefined:
      return []
  }
}

function argumentAt(
  args: Readonly<Record<string, Offers & { readonly multiple?: true }>>,
  index: number,
): Offers | undefined {
  const all = Object.values(args)
  const last = all.at(-1)
  return all[index] ?? (last?.multiple === true ? last : undefined)
}

/** Counts the arguments so far, without the values of flags. */
function countPositionals(rest: readonly string[], flags: Readonly<Record<string, FlagSpec>>): number {
  let count = 0
  for (let at = 0; at < rest.length; at += 1) {
    const token = rest[at] ?? ''
    if (!token.startsWith('-') || token === '-') count += 1
    else if (!token.includes('=')) {
      const flag = findFlag(flags, token)
      if (flag !== undefined && flag.kind !== 'boolean' && !('optional' in flag)) at += 1
    }
  }
  return count
}
