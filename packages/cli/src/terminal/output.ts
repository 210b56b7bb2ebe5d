import { once } from 'node:events'
import { inertText, jsonFor } from './inert.ts'
import { type Line, paintLine } from './span.ts'
import type { Terminal } from './terminal.ts'

/** The output of a command. Escape sequences in a text never reach a terminal. */
export interface Output {
  readonly stdout: Terminal
  readonly stderr: Terminal
  /**
   * Writes one line of data to stdout. Resolves when the stream accepts more, so that a loop that
   * awaits it is no faster than its reader.
   */
  print(line: string | Line): Promise<void>
  /** Writes one JSON document to stdout, for queries with `--json`. */
  json(document: unknown): Promise<void>
  /** Writes a message to stderr, unless `-q` is given. */
  say(line: string): void
  /** Writes a warning to stderr, even with `-q`. */
  warn(line: string): void
  /** Writes to stderr with `-v`, and into the trace file with `HM_DEBUG=trace`. Takes no secret. */
  debug(line: string): void
}

interface OutputOptions {
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly quiet: boolean
  readonly verbose: boolean
  /** Receives every debug line, with or without `-v`. */
  readonly trace?: (line: string) => void
}

export function makeOutput({ stdout, stderr, quiet, verbose, trace }: OutputOptions): Output {
  const print: Output['print'] = async (line) => {
    const text = typeof line !== 'string' ? paintLine(line, stdout.style) : stdout.isTerminal ? inertText(line) : line
    if (!stdout.stream.write(`${text}\n`)) await once(stdout.stream, 'drain')
  }
  const talk = (line: string) => {
    stderr.stream.write(`${line}\n`)
  }
  return {
    stdout,
    stderr,
    print,
    json: (document) => print(jsonFor(stdout, document)),
    say: (line) => {
      if (!quiet) talk(inertText(line))
    },
    warn: (line) => talk(`${stderr.style('yellow', 'warning:')} ${inertText(line)}`),
    debug: (line) => {
      trace?.(line)
      if (verbose) talk(stderr.style('dim', `debug: ${inertText(line)}`))
    },
  }
}
