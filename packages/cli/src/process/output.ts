import { once } from 'node:events'
import type { Output, Terminal } from '../command.ts'

interface OutputOptions {
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly quiet: boolean
  readonly verbose: boolean
  /** Gets every debug line, whatever is shown. */
  readonly trace?: (line: string) => void
}

export function makeOutput({ stdout, stderr, quiet, verbose, trace }: OutputOptions): Output {
  const print = async (line: string) => {
    if (!stdout.stream.write(`${line}\n`)) await once(stdout.stream, 'drain')
  }
  const talk = (line: string) => {
    stderr.stream.write(`${line}\n`)
  }
  return {
    stdout,
    stderr,
    print,
    json: (document) => print(JSON.stringify(document)),
    say: (line) => {
      if (!quiet) talk(line)
    },
    warn: (line) => talk(`${stderr.style('yellow', 'warning:')} ${line}`),
    debug: (line) => {
      trace?.(line)
      if (verbose) talk(stderr.style('dim', `debug: ${line}`))
    },
  }
}
