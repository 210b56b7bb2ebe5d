import type { RunView } from '../events/run-event.ts'
import { type Line, paintLine, span } from '../terminal/span.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { openWriter } from '../terminal/writer.ts'
import type { Charset } from './charset.ts'
import { failureLines } from './failure/failure.ts'
import { fold, stepOf } from './fold.ts'
import { isFailure, newRun } from './run-model.ts'

/** Shows only failures, on stderr. */
export function quietView(stderr: Terminal, charset: Charset): RunView {
  const run = newRun()
  const writer = openWriter(stderr.stream)
  const write = (lines: readonly Line[]) =>
    writer.write(lines.map((line) => `${paintLine(line, stderr.style)}\n`).join(''))
  return {
    async show(event) {
      fold(run, event)
      if (event.kind === 'step_end') {
        const step = stepOf(run, event.step_id)
        if (isFailure(step)) await write(failureLines(step, charset, stderr.columns()))
      }
      if (event.kind === 'build_end' && event.state !== 'passed' && event.message !== null)
        await write([[span(charset.text(event.message))]])
    },
    async note() {},
    async close() {
      writer.release()
    },
  }
}
