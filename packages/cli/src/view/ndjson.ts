import type { RunEvent, RunView } from '../events/run-event.ts'
import { inertText, jsonFor } from '../terminal/inert.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { openWriter } from '../terminal/writer.ts'

/** The event as one line of JSON, its instants in RFC 3339. */
function ndjsonLine(event: RunEvent, stdout: Terminal): string {
  return jsonFor(stdout, withDates(event))
}

function withDates(event: RunEvent): object {
  switch (event.kind) {
    case 'build_start':
    case 'step_start':
      return { ...event, started_at: new Date(event.started_at).toISOString() }
    case 'step_log':
    case 'chain_failed':
      return { ...event, ts: new Date(event.ts).toISOString() }
    default:
      return event
  }
}

/** Each event as a line on stdout when it happens. */
export function ndjsonView(stdout: Terminal, stderr: Terminal): RunView {
  const data = openWriter(stdout.stream)
  const talk = openWriter(stderr.stream)
  return {
    show: (event) => data.write(`${ndjsonLine(event, stdout)}\n`),
    note: (line) => talk.write(`${inertText(line)}\n`),
    async close() {
      data.release()
      talk.release()
    },
  }
}
