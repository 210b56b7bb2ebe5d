import { usageError } from '../errors.ts'
import { aliases } from '../specs/aliases.ts'
import { type Command, commands } from '../specs/index.ts'
import type { CommandSpec } from '../specs/spec.ts'
import { unknownFlag } from './flags.ts'
import { globalFlags, kebab } from './global-flags.ts'
import { suggest } from './suggest.ts'
import { quoted } from './values.ts'

/** The command or group of commands (`hm config`) that a line's words name, if any. */
export interface Resolved {
  readonly command: Command | undefined
  /** The words that name the command or group. */
  readonly words: readonly string[]
  /** The rest of the line. */
  readonly rest: readonly string[]
}

const byWords = new Map<string, Command>(commands.map((command) => [command.name, command]))
for (const [words, name] of aliases) {
  const command = byWords.get(name)
  if (command !== undefined) byWords.set(words, command)
}

const groups = new Set<string>()
for (const words of byWords.keys()) {
  const parts = words.split(' ')
  for (let length = 1; length < parts.length; length += 1) groups.add(parts.slice(0, length).join(' '))
}

/** Finds the command for exactly these words, aliases included. */
export function commandFor(words: readonly string[]): Command | undefined {
  return byWords.get(words.join(' '))
}

/**
 * Finds the command of a line. Global flags may appear before and between its words. Throws exit 2
 * with a suggestion for an unknown command.
 */
export function resolveCommand(line: readonly string[]): Resolved {
  const words: string[] = []
  const rest: string[] = []
  let at = 0
  for (; at < line.length; at += 1) {
    const token = line[at] ?? ''
    if (token === '--') break
    if (token.startsWith('-') && token !== '-') {
      rest.push(token)
      const value = globalFlagTakesNext(words, token) ? line[at + 1] : undefined
      if (value === undefined) continue
      rest.push(value)
      at += 1
      continue
    }
    const longer = [...words, token].join(' ')
    if (!byWords.has(longer) && !groups.has(longer)) break
    words.push(token)
    if (byWords.has(longer) && !groups.has(longer)) {
      at += 1
      break
    }
  }
  const command = commandFor(words)
  const next = line[at]
  if (command === undefined && next !== undefined && next !== '--') throw unknownCommand(words, next)
  return { command, words, rest: [...rest, ...line.slice(at)] }
}

function globalFlagTakesNext(words: readonly string[], token: string): boolean {
  const flags = Object.entries(globalFlags)
  const [name = ''] = token.split('=')
  for (const [long, flag] of flags) {
    const takes = flag.kind !== 'boolean'
    if (name === `--${kebab(long)}`) return takes && !token.includes('=')
    const letters = [...('short' in flag ? [flag.short] : []), ...('also' in flag ? flag.also : [])]
    if (letters.some((letter) => !token.startsWith('--') && token.startsWith(`-${letter}`)))
      return takes && token.length === 2
  }
  // The group's own command may have this flag, but the flag must follow the command: `hm -b main
  // run`.
  throw unknownFlag(
    words.join(' '),
    name,
    flags.map(([long]) => kebab(long)),
  )
}

/**
 * Lists the visible commands below these words. Commands of other groups appear only under their
 * names in this group.
 */
export function visibleBelow(
  words: readonly string[],
): readonly { readonly name: string; readonly spec: CommandSpec }[] {
  const prefix = words.length === 0 ? '' : `${words.join(' ')} `
  return [...byWords]
    .filter(([name, { spec }]) => spec.hidden !== true && name.startsWith(prefix))
    .filter(([name]) => isShown(name, words))
    .map(([name, { spec }]) => ({ name, spec }))
}

function isShown(name: string, below: readonly string[]): boolean {
  const meant = aliases.get(name)
  return meant === undefined || (below.length > 0 && meant.split(' ')[0] !== below[0])
}

/** Offers aliases that begin with the typed letters, where no command does. */
export function otherWordsLike(typed: string): readonly { readonly word: string; readonly meant: string }[] {
  if (typed === '' || visibleBelow([]).some(({ name }) => name.startsWith(typed))) return []
  return [...aliases].flatMap(([word, meant]) => (word.startsWith(typed) && !word.includes(' ') ? { word, meant } : []))
}

function unknownCommand(words: readonly string[], typed: string) {
  const below = words.length === 0 ? '' : ` ${words.join(' ')}`
  const depth = words.length
  const nextWords = [...byWords.keys(), ...groups]
    .map((name) => name.split(' '))
    .filter((parts) => parts.slice(0, depth).join(' ') === words.join(' ') && parts.length > depth)
    .map((parts) => parts[depth] ?? '')
  const close = suggest(typed, [...new Set(nextWords)])
  // Does not repeat text that is not a command, because it may be a secret.
  const shown = /^[a-z-]{1,24}$/i.test(typed) ? `no command ${quoted(typed)}` : 'no such command'
  return usageError(
    `hm${below} has ${shown}`,
    close === undefined ? `hm${below} -h lists the commands` : `did you mean hm${below} ${close}?`,
  )
}
