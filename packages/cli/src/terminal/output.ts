import { once } from 'node:events'
import type { Output, Terminal } from '../context.ts'
import { inertText, jsonFor } from './inert.ts'
import { paintLine } from './span.ts'

interface OutputOptions {
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly quiet: boolean
  readonly verbose: boolean
  /** Gets every debug line, whatever is shown. */
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
