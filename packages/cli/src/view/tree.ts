import type { RunEvent, RunView } from '../events/run-event.ts'
import { leavingTerminal } from '../terminal/leaving-terminal.ts'
import { type Line, paintLine, plainOf, span } from '../terminal/span.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { openWriter } from '../terminal/writer.ts'
import type { Charset } from './charset.ts'
import type { Earlier } from './durations.ts'
import { failureLines } from './failure/failure.ts'
import { fold, stepOf } from './fold.ts'
import { frame, type Layout, layOut } from './frame.ts'
import { type Drawn, drawnLine, nothingDrawn, reflows, type Screen, showCursor, transition } from './painter.ts'
import { isFailure, newRun, type Run } from './run-model.ts'
import { summary } from './summary.ts'

/** Intervals: at most twelve frames per second, and at least one for the running times. */
const frameMs = 83
const tickMs = 1000

interface TreeOptions {
  readonly stderr: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly charset: Charset
  readonly earlier: Earlier
  readonly now: () => number
}

/**
 * Draws the run as a tree that overwrites itself. Skips frames until the terminal has accepted the
 * last one, but never text above the tree, such as failures.
 */
export class TreeView implements RunView {
  readonly #options: TreeOptions
  readonly #run = newRun()
  readonly #writer: ReturnType<typeof openWriter>
  readonly #reflows: boolean
  readonly #leaving: ReturnType<typeof leavingTerminal>
  readonly #onResize = () => this.#change()
  #drawn: Drawn = nothingDrawn
  #layout: Layout
  #paintedAt = 0
  #timer: NodeJS.Timeout | undefined
  /** Time at which the timer fires. */
  #dueAt = Number.POSITIVE_INFINITY
  #isClosed = false

  constructor(options: TreeOptions) {
    const { stderr, env, charset } = options
    this.#options = options
    this.#writer = openWriter(stderr.stream)
    this.#reflows = reflows(env)
    this.#layout = layOut(this.#run, charset)
    stderr.stream.on('resize', this.#onResize)
    this.#leaving = leavingTerminal({
      leave: () => void stderr.stream.write(showCursor),
      comeBack: () => {
        this.#drawn = nothingDrawn
        this.#change()
      },
    })
  }

  async show(event: RunEvent): Promise<void> {
    const { stderr, charset } = this.#options
    fold(this.#run, event)
    const above = linesAbove(event, this.#run, charset, stderr.columns())
    if (above.length > 0) await this.#paint(above)
    else this.#change()
  }

  note(line: string): Promise<void> {
    return this.#paint([[span(line)]])
  }

  async close(): Promise<void> {
    const { stderr, charset, earlier } = this.#options
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    stderr.stream.off('resize', this.#onResize)
    const last = summary(this.#run, { charset, earlier, width: stderr.columns() })
    await this.#paint([], last.length === 0 ? [] : [[], ...last])
    await this.#writer.write(showCursor)
    this.#leaving.release()
    this.#writer.release()
  }

  /** Paints at once when due, because a busy producer keeps timers from running. */
  #change(): void {
    const wait = this.#paintedAt + frameMs - this.#options.now()
    if (wait <= 0) this.#paintIfTaken()
    else this.#schedule(wait)
  }

  #paintIfTaken(): void {
    if (this.#writer.isFull) this.#schedule(frameMs)
    else void this.#paint().then(() => this.#schedule(tickMs))
  }

  /** Schedules the next frame after this many milliseconds, unless an earlier one is due. */
  #schedule(ms: number): void {
    const at = this.#options.now() + ms
    if (this.#isClosed || (this.#timer !== undefined && this.#dueAt <= at)) return
    clearTimeout(this.#timer)
    this.#dueAt = at
    this.#timer = setTimeout(() => this.#paintIfTaken(), ms).unref()
  }

  #paint(above: readonly Line[] = [], below: readonly Line[] = []): Promise<void> {
    const { stderr, charset, earlier, now } = this.#options
    const run = this.#run
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#layout.places.length !== run.steps.length) this.#layout = layOut(run, charset)
    this.#paintedAt = now()
    const size: Screen = { columns: stderr.columns(), rows: rowsOf(stderr), reflows: this.#reflows }
    // The last frame leaves room for the summary, but keeps some of a small screen.
    const height = Math.max(1, Math.floor(size.rows / 2), size.rows - 1 - below.length)
    const lines = frame(run, this.#layout, { charset, width: size.columns, height, now: this.#paintedAt, earlier })
    const after = lines.map((line) => drawnLine(paintLine(line, stderr.style), plainOf(line)))
    const text = transition(this.#drawn, after, this.#asText(above), size)
    this.#drawn = { lines: after, columns: size.columns }
    return this.#writer.write(text + this.#asText(below))
  }

  #asText(lines: readonly Line[]): string {
    return lines.map((line) => `${paintLine(line, this.#options.stderr.style)}\r\n`).join('')
  }
}

/** Returns the lines that stay in the terminal's history. */
function linesAbove(event: RunEvent, run: Run, charset: Charset, width: number): Line[] {
  if (event.kind === 'build_accepted')
    return [[span(`build ${event.build.number}: ${charset.text(event.watch_url)}`, 'bold')]]
  if (event.kind !== 'step_end') return []
  const step = stepOf(run, event.step_id)
  return isFailure(step) ? failureLines(step, charset, width) : []
}

function rowsOf({ stream }: Terminal): number {
  return 'rows' in stream && typeof stream.rows === 'number' && stream.rows > 0 ? stream.rows : 24
}
