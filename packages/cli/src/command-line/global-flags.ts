import type { FlagSpec } from '../specs/spec.ts'

/** Flags allowed anywhere on the line, before and after the command. */
export const globalFlags = {
  dir: {
    kind: 'string',
    short: 'd',
    also: ['C'],
    value: 'DIR',
    complete: 'directory',
    summary: 'project directory (default: the nearest above with a .hm folder)',
  },
  org: { kind: 'string', value: 'SLUG', summary: 'organization on the server' },
  apiUrl: { kind: 'string', value: 'URL', summary: 'base of the server' },
  json: { kind: 'boolean', summary: 'one JSON document on stdout; errors as JSON on stderr' },
  color: { kind: 'string', value: 'WHEN', choices: ['auto', 'always', 'never'], summary: 'auto, always or never' },
  noColor: { kind: 'boolean', summary: 'the same as --color never' },
  quiet: { kind: 'boolean', short: 'q', summary: 'only results, warnings and errors' },
  verbose: { kind: 'boolean', short: 'v', summary: 'also the actions of hm, including HTTP calls' },
  yes: { kind: 'boolean', summary: 'ask nothing; take the default' },
  help: { kind: 'boolean', short: 'h', summary: 'help for the command' },
  version: { kind: 'boolean', short: 'V', summary: 'print the version' },
} as const satisfies Readonly<Record<string, FlagSpec>>

/** Returns a flag's name with its dashes: `--dir`, `-C`. */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}

/** Converts `keepGoing` to `keep-going`, its form on the command line. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
