/*
 * Our own parser on top of `parseArgs` of Node.js. With the same specs, commander 15.1 parses 16 of
 * the 53 lines in our tests differently. An optional value such as `--no-cache[=KEY]` also takes the
 * next word. Every `--no-x` negates `--x`. Each flag can have only one long name. A flag is accepted
 * as the value of another. `-h` fails on an incomplete line.
 *
 * In addition, 11 of its error messages repeat the typed word, which may be a secret. Each start
 * takes 25 to 75 ms to load it and 13 ms to build all commands. The specs, help, completion and
 * suggestions would still be our own code.
 */

import { parseArgs } from 'node:util'
import { usageError } from '../errors.ts'
import type { CommandSpec, FlagSpec } from '../specs/spec.ts'
import { globalFlags, kebab } from './global-flags.ts'
import { suggest } from './suggest.ts'
import { parseValue, quoted } from './values.ts'

type Values = Readonly<Record<string, unknown>>

export interface Parsed {
  readonly flags: Values
  readonly global: Values
  readonly args: Values
}

/** Maps every long name to its flag. */
function longNames(flags: Readonly<Record<string, FlagSpec>>): Map<string, [name: string, spec: FlagSpec]> {
  const names = new Map<string, [string, FlagSpec]>()
  for (const [name, spec] of Object.entries(flags))
    for (const long of [kebab(name), ...(spec.also ?? [])]) names.set(long, [name, spec])
  return names
}

/**
 * Parses flags and arguments of a line without the command's own words. Throws exit 2 for unknown
 * flags and arguments.
 */
export function parseFlags(command: string, spec: Partial<CommandSpec>, line: readonly string[]): Parsed {
  const own = spec.flags ?? {}
  const names = longNames({ ...globalFlags, ...own })
  const values: Record<string, unknown> = {}
  for (const [name, flag] of Object.entries({ ...globalFlags, ...own }))
    values[name] = 'multiple' in flag ? [] : flag.kind === 'boolean' ? false : undefined
  const positionals: string[] = []
  const beforeVerbatim = Object.values(spec.args ?? {}).findIndex(({ verbatim }) => verbatim === true)
  for (const token of tokens(names, line)) {
    if (token.kind === 'positional') {
      if (positionals.length === beforeVerbatim) {
        positionals.push(...line.slice(token.index))
        break
      }
      positionals.push(token.value)
    } else if (token.kind === 'option') {
      const known = names.get(token.name)
      // A single letter is not a long name.
      if (known === undefined || (token.name.length === 1 && token.rawName.startsWith('--')))
        throw unknownFlag(command, token.rawName, names)
      const [name, flag] = known
      if (flag.kind === 'boolean' && token.value !== undefined && spec.piped !== undefined)
        throw secretOnLine(command, spec.piped)
      const value = flagValue(token.rawName, flag, token.value, token.inlineValue === true)
      values[name] = 'multiple' in flag ? [...(values[name] as unknown[]), value] : value
    }
  }
  const pick = (from: object) => Object.fromEntries(Object.keys(from).map((name) => [name, values[name]]))
  // Help is available on an incomplete line.
  const args = values.help === true ? {} : parseArguments(command, spec, positionals)
  return { flags: pick(own), global: pick(globalFlags), args }
}

function tokens(names: ReadonlyMap<string, [string, FlagSpec]>, line: readonly string[]) {
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = {}
  for (const [long, [name, flag]] of names) {
    const takesNext = flag.kind !== 'boolean' && !('optional' in flag)
    const short = long.length === 1 ? long : long === kebab(name) ? flag.short : undefined
    options[long] = { type: takesNext ? 'string' : 'boolean', ...(short === undefined ? {} : { short }) }
  }
  return parseArgs({ args: [...line], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

function flagValue(raw: string, flag: FlagSpec, value: string | undefined, inline: boolean): unknown {
  if (flag.kind === 'boolean') {
    if (value !== undefined) throw usageError(`${raw} takes no value; got ${quoted(value)}`)
    return true
  }
  if ('optional' in flag && value === undefined) return true
  if (value === undefined) throw usageError(`${raw} needs a ${flag.value}`)
  if (!inline && value.length > 1 && value.startsWith('-'))
    throw usageError(
      `${raw} needs a ${flag.value}; got the flag ${quoted(value)}`,
      `write ${raw}=${value} if you mean that value`,
    )
  return parseValue(raw, flag, value)
}

export function unknownFlag(command: string, raw: string, names: ReadonlyMap<string, unknown> | readonly string[]) {
  const known = Array.isArray(names)
    ? (names as readonly string[])
    : [...(names as ReadonlyMap<string, unknown>).keys()]
  const long = known.filter((name) => name.length > 1)
  const close = raw.startsWith('--') ? suggest(raw.slice(2), long) : undefined
  const help = `hm${command === '' ? '' : ` ${command}`} -h lists the flags`
  return usageError(
    `${command === '' ? 'hm' : `hm ${command}`} has no flag ${raw}`,
    close === undefined ? help : `did you mean --${close}? ${help}`,
  )
}

function parseArguments(command: string, spec: Partial<CommandSpec>, positionals: readonly string[]): Values {
  const values: Record<string, unknown> = {}
  let next = 0
  if (spec.piped !== undefined && positionals.some((text) => text.includes('=')))
    throw secretOnLine(command, spec.piped)
  for (const [name, argument] of Object.entries(spec.args ?? {})) {
    const label = argumentLabel(name)
    if (argument.multiple === true) {
      const rest = positionals.slice(next)
      if (rest.length === 0 && argument.required === true) throw missing(command, label, argument.summary)
      values[name] = rest
      next = positionals.length
      continue
    }
    const value = positionals[next]
    next += 1
    if (value === undefined) {
      if (argument.required === true) throw missing(command, label, argument.summary)
    } else if (argument.choices !== undefined && !argument.choices.includes(value)) {
      const close = suggest(value, argument.choices)
      throw usageError(
        `${label} must be one of ${argument.choices.join(', ')}; got ${quoted(value)}`,
        close === undefined ? `hm ${command} -h` : `hm ${command} ${close}`,
      )
    }
    values[name] = value
  }
  const extra = positionals[next]
  if (extra !== undefined && spec.piped !== undefined) throw secretOnLine(command, spec.piped)
  if (extra !== undefined)
    throw usageError(`hm ${command} takes no more arguments; got ${quoted(extra)}`, `hm ${command} -h`)
  return values
}

function missing(command: string, label: string, summary: string) {
  return usageError(`hm ${command} needs ${label}: ${summary}`, `hm ${command} -h`)
}

/** Does not repeat the typed text, which may be the secret. */
function secretOnLine(command: string, piped: string) {
  return usageError(
    `hm ${command} takes no secret on the command line, where other users can read it`,
    `pipe it: ${piped}`,
  )
}

/** `defaultBranch` becomes DEFAULT_BRANCH in texts. */
export function argumentLabel(name: string): string {
  return kebab(name).replaceAll('-', '_').toUpperCase()
}
