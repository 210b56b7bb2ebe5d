import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { styleText } from 'node:util'
import xterm from '@xterm/headless'
import { vi } from 'vitest'
import type { Terminal } from '../terminal/terminal.ts'

interface CollectOptions {
  readonly color?: boolean
  readonly stream?: PassThrough
}

/** Creates a stream that is not a terminal, and collects its output. */
export function collect({ color = false, stream = new PassThrough({ highWaterMark: 2 ** 24 }) }: CollectOptions = {}) {
  const terminal: Terminal = {
    stream,
    isTerminal: false,
    color,
    columns: () => 80,
    style: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  }
  return { terminal, text: () => String(stream.read() ?? '') }
}

/** Writes to the screen of a real terminal emulator. */
export class ScreenStream extends PassThrough {
  columns: number
  rows: number
  /** Returns all output, including text that a screen does not show. */
  written = ''
  readonly #emulator: InstanceType<typeof xterm.Terminal>

  constructor(columns: number, rows: number) {
    super()
    this.columns = columns
    this.rows = rows
    this.#emulator = new xterm.Terminal({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true })
    this.on('data', (chunk: Buffer) => {
      this.written += chunk
    })
  }

  /** Resizes the emulator first and then notifies the process, like a window. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#settle()
    this.#emulator.resize(columns, rows)
    this.columns = columns
    this.rows = rows
    this.emit('resize')
  }

  /**
   * Returns every line, scrolled ones first, without trailing blank lines. Joins lines that the
   * terminal wrapped.
   */
  async lines(): Promise<string[]> {
    await this.#settle()
    const { active } = this.#emulator.buffer
    const lines: string[] = []
    for (let at = 0; at < active.length; at += 1) {
      const line = active.getLine(at)
      const text = line?.translateToString(true) ?? ''
      if (line?.isWrapped && lines.length > 0) lines.push(`${lines.pop()}${text}`)
      else lines.push(text)
    }
    return lines.join('\n').trimEnd().split('\n')
  }

  #shown = 0
  /** The emulator uses timers, which a test may have stopped. */
  async #settle(): Promise<void> {
    const fresh = this.written.slice(this.#shown)
    this.#shown = this.written.length
    let isShown = false
    this.#emulator.write(fresh, () => {
      isShown = true
    })
    while (!isShown) {
      if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(0)
      else await setImmediate()
    }
  }
}

export function screenTerminal(stream: ScreenStream, color = false): Terminal {
  return {
    stream,
    isTerminal: true,
    color,
    columns: () => stream.columns,
    style: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  }
}
