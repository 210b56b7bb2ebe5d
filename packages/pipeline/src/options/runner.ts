import { membersOf, misuse, wordOf } from '../wrong-use.ts'

const RUNNERS = ['default', 'vm', 'docker'] as const

/** The kind of machine for a step; all three mean the same one. */
export type Runner = (typeof RUNNERS)[number]

const MAX_BYTES = 16 * 1024

export function runnerOf(where: string, value: unknown): Runner {
  return wordOf(where, value, RUNNERS)
}

/** Reads the runner's options, which are passed on as JSON. */
export function runnerArgsOf(where: string, value: unknown): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(Object.fromEntries(membersOf(where, value)))
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw misuse(where, 'at most 16,384 bytes of JSON', 'more', 'Shorten the runner options.')
  return Object.freeze(JSON.parse(text))
}
