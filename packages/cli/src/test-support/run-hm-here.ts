import { Readable, Writable } from 'node:stream'
import { runCommandLine } from '../run-command-line.ts'
import { type HmResult, programEnv } from './run-hm.ts'

interface HereOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/**
 * Runs one line of `hm` in this process, without `bin/hm.js` and `main.ts`, whose start takes most
 * of the time of a short command. No signal arrives and the reader never leaves; tests of those
 * start a process.
 */
export async function runHmHere(
  args: readonly string[],
  { cwd, env = {}, input = '' }: HereOptions,
): Promise<HmResult> {
  const [stdout, stderr] = [new Kept(), new Kept()]
  const code = await runCommandLine({
    argv: args,
    env: { ...programEnv, HOME: cwd, ...env },
    cwd: () => cwd,
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    interrupts: {
      signal: new AbortController().signal,
      onSecondInterrupt: () => () => {},
      startRunning() {},
      readerLeft() {},
    },
    launcher: undefined,
  })
  return { code, signal: null, stdout: stdout.text(), stderr: stderr.text() }
}

/** Collects the output. */
class Kept extends Writable {
  private readonly pieces: Buffer[] = []

  override _write(piece: Buffer, _: BufferEncoding, done: () => void): void {
    this.pieces.push(piece)
    done()
  }

  text(): string {
    return Buffer.concat(this.pieces).toString()
  }
}
