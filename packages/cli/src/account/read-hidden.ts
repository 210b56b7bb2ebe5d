import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'

const longest = 1024 * 1024

interface Asked {
  /** The prompt on a terminal. */
  readonly message: string
  /** Describes the value: `the value of the secret`. */
  readonly what: string
  /** A command line that passes the value on stdin. */
  readonly fix: string
}

/**
 * Reads a value that must not appear as an argument: from stdin, or from a hidden prompt on a
 * terminal.
 */
export async function readHidden(
  { stdin, ask }: Pick<Context, 'stdin' | 'ask'>,
  { message, what, fix }: Asked,
): Promise<string> {
  if (stdin.isTTY === true) return ask.secret({ message, flag: fix })
  let value = ''
  for await (const piece of stdin.setEncoding('utf8')) {
    value += piece
    if (value.length > longest) throw usageError(`${what} on stdin exceeds 1 MiB`)
  }
  if (value === '') throw usageError(`stdin is empty: expected ${what}`, fix)
  // Removes the line feed that `echo` adds.
  return value.replace(/\r?\n$/, '')
}
