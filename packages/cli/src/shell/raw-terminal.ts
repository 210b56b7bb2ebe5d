import { ReadStream, WriteStream } from 'node:tty'
import type { TerminalSize } from '@harmont/sandbox'
import type { Context } from '../context.ts'
import { leavingTerminal } from '../terminal/leaving-terminal.ts'

/** The user's terminal, on both ends. */
export interface RawTerminal {
  size(): TerminalSize
  /** Keys come as they are pressed, Ctrl-C too, until the returned function is called or this process ends. */
  takeOver(onResize: (size: TerminalSize) => void): () => void
}

/** Null: there is no terminal at one of the ends. */
export function openTerminal({ stdin, output }: Pick<Context, 'stdin' | 'output'>): RawTerminal | null {
  const { stream } = output.stdout
  if (!(stdin instanceof ReadStream && stream instanceof WriteStream)) return null
  const size = () => ({ columns: stream.columns || 80, rows: stream.rows || 24 })
  return {
    size,
    takeOver(onResize) {
      const raw = () => stdin.setRawMode(true)
      const back = () => stdin.setRawMode(false)
      const leaving = leavingTerminal({ leave: back, comeBack: raw })
      const resized = () => onResize(size())
      stream.on('resize', resized)
      raw()
      return () => {
        stream.off('resize', resized)
        leaving.release()
        back()
      }
    },
  }
}
