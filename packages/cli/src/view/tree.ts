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

/** Draws at most twelve frames per second, and at least one for the running times. */
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
 * Draws the run as a tree over itself. Skips frames while the terminal has not taken the last one,
 * but never text above the tree, such as failures.
 */
export function treeView({ stderr, env, charset, earlier, now }: TreeOptions): RunView {
  const run = newRun()
  const writer = openWriter(stderr.stream)
  const reflowing = reflows(env)
  let drawn: Drawn = nothingDrawn
  let layout: Layout = layOut(run, charset)
  let paintedAt = 0
  let timer: NodeJS.Timeout | undefined

  const screen = (): Screen => ({ columns: stderr.columns(), rows: rowsOf(stderr), reflows: reflowing })
  const asText = (lines: readonly Line[]) => lines.map((line) => `${paintLine(line, stderr.style)}\r\n`).join('')

  function paint(above: readonly Line[] = [], below: readonly Line[] = []): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (layout.places.length !== run.steps.length) layout = layOut(run, charset)
    paintedAt = now()
    const size = screen()
    // The last frame leaves room for the summary, but not all of a small screen.
    const height = Math.max(1, Math.floor(size.rows / 2), size.rows - 1 - below.length)
    const lines = frame(run, layout, { charset, width: size.columns, height, now: paintedAt, earlier })
    const after = lines.map((line) => drawnLine(paintLine(line, stderr.style), plainOf(line)))
    const text = transition(drawn, after, asText(above), size)
    drawn = { lines: after, columns: size.columns }
    return writer.write(text + asText(below))
  }

  function paintIfTaken(): void {
    if (writer.isFull) schedule(frameMs)
    else void paint().then(() => schedule(tickMs))
  }

  /** The next frame comes after this many milliseconds, or earlier if one is already due. */
  let dueAt = Number.POSITIVE_INFINITY
  function schedule(ms: number): void {
    const at = now() + ms
    if (isClosed || (timer !== undefined && dueAt <= at)) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(paintIfTaken, ms).unref()
  }

  /** Paints at once when it is due, because a busy producer keeps timers from running. */
  function change(): void {
    const wait = paintedAt + frameMs - now()
    if (wait <= 0) paintIfTaken()
    else schedule(wait)
  }

  let isClosed = false
  const onResize = () => change()
  stderr.stream.on('resize', onResize)
  const leaving = leavingTerminal({
    leave: () => void stderr.stream.write(showCursor),
    comeBack: () => {
      drawn = nothingDrawn
      change()
    },
  })

  return {
    async show(event) {
      fold(run, event)
      const above = linesAbove(event, run, charset, stderr.columns())
      if (above.length > 0) await paint(above)
      else change()
    },
    note: (line) => paint([[span(line)]]),
    async close() {
      if (isClosed) return
      isClosed = true
      clearTimeout(timer)
      stderr.stream.off('resize', onResize)
      const last = summary(run, { charset, earlier, width: stderr.columns() })
      await paint([], last.length === 0 ? [] : [[], ...last])
      await writer.write(showCursor)
      leaving.release()
      writer.release()
    },
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
