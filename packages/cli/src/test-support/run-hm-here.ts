import { Readable, Writable } from 'node:stream'
import { exits, HmError } from '../errors.ts'
import { runCommandLine } from '../run-command-line.ts'
import { type HmResult, programEnv } from './run-hm.ts'

interface HereOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Sends Ctrl-C when stdout contains this text. */
  readonly until?: string | undefined
}

/**
 * Runs one command line of `hm` in this process, without `bin/hm.js` and `main.ts`, whose start
 * takes most of the time of a short command. Simulates no other signal or broken pipe; tests of
 * those start a process.
 */
export async function runHmHere(
  args: readonly string[],
  { cwd, env = {}, input = '', until }: HereOptions,
): Promise<HmResult> {
  const interrupt = new AbortController()
  const onText = (text: string) => {
    if (until !== undefined && text.includes(until))
      interrupt.abort(new HmError(exits.canceled, 'canceled', 'canceled by Ctrl-C'))
  }
  const [stdout, stderr] = [new Kept(onText), new Kept()]
  const code = await runCommandLine({
    argv: args,
    env: { ...programEnv, HOME: cwd, ...env },
    cwd: () => cwd,
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    interrupts: {
      signal: interrupt.signal,
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
  private readonly onText: (text: string) => void

  constructor(onText: (text: string) => void = () => {}) {
    super()
    this.onText = onText
  }

  override _write(piece: Buffer, _: BufferEncoding, done: () => void): void {
    this.pieces.push(piece)
    this.onText(piece.toString())
    done()
  }

  text(): string {
    return Buffer.concat(this.pieces).toString()
  }
}
