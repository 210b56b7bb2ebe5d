import { type ClipboardEvent, useCallback, useEffect, useRef } from 'react'
import { copyText } from '../browser/clipboard.ts'
import { toast } from '../interaction/toasts.tsx'
import { counted } from '../text/count.ts'
import type { LogData } from './data/log-data.ts'
import type { LineRange } from './data/permalink.ts'
import type { LineLook } from './rows/line-row.tsx'
import { readSelection } from './rows/selection.ts'
import { mostCopied, textBetween, textOfLines } from './terminal/copy.ts'

const tooMuch = 'Too much to copy. Download the log instead.'

/** Copies the selection, even if its rows are not mounted, or whole lines (web L18). */
export function useCopy(data: LogData, look: LineLook) {
  /** Copies lines as they are shown. */
  const copyLines = useCallback(
    async ({ from, to }: LineRange) => {
      const text = await readText(data, from, to, (lines) => textOfLines(lines, look))
      if (text === null) return toast(tooMuch, { isProblem: true })
      const isCopied = await copyText(text)
      const count = to - from + 1
      toast(isCopied ? `Copied ${counted(count, 'line')}` : 'The browser blocked copying. Download the log instead.', {
        isProblem: !isCopied,
      })
    },
    [data, look],
  )
  const { isAll, selectAll } = useSelectAll()
  const onCopy = useCallback(
    (event: ClipboardEvent) => {
      if (isAll.current && getSelection()?.isCollapsed === false) {
        event.preventDefault()
        void copyLines({ from: 1, to: data.facts.totalLines })
        return
      }
      const selected = readSelection()
      if (selected === null) return
      const { from, to } = selected
      event.preventDefault()
      const cut = (lines: Parameters<typeof textOfLines>[0]) => textBetween(lines, from.offset, to.offset, look)
      const lines = linesHere(data, from.line, to.line)
      if (lines !== null) event.clipboardData.setData('text/plain', cut(lines))
      else void copyLater(data, from.line, to.line, cut)
    },
    [data, look, copyLines, isAll],
  )
  return { copyLines, onCopy, selectAll }
}

function useSelectAll() {
  /** Whether "select all" was used: it selects the mounted rows, but copying takes all lines. */
  const isAll = useRef(false)
  useEffect(() => {
    const onSelectStart = () => {
      isAll.current = false
    }
    document.addEventListener('selectstart', onSelectStart)
    return () => document.removeEventListener('selectstart', onSelectStart)
  }, [])
  const selectAll = () => {
    const rows = document.querySelector('#log .log-rows')
    if (rows !== null) getSelection()?.selectAllChildren(rows)
    isAll.current = true
  }
  return { isAll, selectAll }
}

async function copyLater(data: LogData, from: number, to: number, cut: Cut): Promise<void> {
  const text = await readText(data, from, to, cut)
  if (text === null) toast(tooMuch, { isProblem: true })
  else if (!(await copyText(text)))
    toast('The browser blocked copying lines that are not in view.', { isProblem: true })
}

type Cut = (lines: Parameters<typeof textOfLines>[0]) => string

/** Returns the lines if all are cached. */
function linesHere(data: LogData, from: number, to: number) {
  if (to - from >= mostCopied.lines) return null
  const lines = Array.from({ length: to - from + 1 }, (_, at) => data.line(from + at))
  return lines.every((line) => line !== undefined) ? lines : null
}

/** Returns the text of lines; null if it is too large, or a read failed. */
async function readText(data: LogData, from: number, to: number, cut: Cut): Promise<string | null> {
  if (to - from >= mostCopied.lines) return null
  const lines = await data.readAll(from, to, AbortSignal.timeout(30_000)).catch(() => null)
  const text = lines === null ? null : cut(lines)
  return text === null || text.length > mostCopied.bytes ? null : text
}
