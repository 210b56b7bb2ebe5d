import { blockOfLine, type CutLine, LineCutter, type LogBlock } from '@harmont/logs'
import type { JobLogs, OpenLog } from '../../builds/logs/job-logs.ts'

/** Consecutive lines of a log. */
export interface LineRun {
  readonly from: number
  /** The escape sequence that restores the colours at the start of the first line. */
  readonly sgr: string
  readonly lines: readonly CutLine[]
}

/** The number of bytes of chunks read at a time. */
const readBytes = 128 * 1024
/** An answer with a run of this size stays below 256 KiB. */
const answerBytes = 250 * 1024
/** The size of a line in an answer, in addition to its text. */
const lineCost = 40

/**
 * Reads up to `limit` lines from `from` on: fewer if they are long, but at least one if it exists.
 * Reads only the blocks that contain them, whatever the size of the log; of a very long line, only
 * the beginning and the end.
 */
export async function readLines(
  logs: JobLogs,
  { jobId, index }: OpenLog,
  from: number,
  limit: number,
): Promise<LineRun> {
  const { blocks, lastSeq, totalLines } = index
  const first = blocks[blockOfLine(blocks, from)]
  if (first === undefined || from > totalLines) return { from, sgr: '', lines: [] }
  const cutter = new LineCutter(first, from)
  const lines: CutLine[] = []
  let room = answerBytes
  const isTaken = (line: CutLine) => {
    room -= lineCost + Buffer.byteLength(JSON.stringify(line.text))
    if (lines.length === limit || (lines.length > 0 && room < 0)) return false
    lines.push(line)
    return true
  }
  const run = () => ({ from, sgr: cutter.sgr ?? '', lines })
  let after = first.seq - 1
  while (after < lastSeq) {
    const chunks = await logs.read(jobId, after, readBytes)
    if (chunks.length === 0) break
    for (const chunk of chunks) {
      if (chunk.seq > lastSeq) break
      after = chunk.seq
      if (!cutter.push(chunk).every(isTaken)) return run()
      if (lines.length === limit) return run()
      const end = cutter.isFull ? endOfLine(blocks, cutter.line) : undefined
      if (end === undefined || end.seq <= after) continue
      cutter.skipTo(end)
      after = end.seq - 1
      break
    }
  }
  const rest = cutter.rest()
  if (rest !== null) isTaken(rest)
  return run()
}

/**
 * Returns the last block that begins within a line: it contains the line's end, if that has been
 * written.
 */
function endOfLine(blocks: readonly LogBlock[], line: number): LogBlock | undefined {
  const next = blockOfLine(blocks, line + 1)
  const block = blocks[next]?.line === line ? blocks[next] : blocks[next - 1]
  return block?.line === line && block.column > 0 ? block : undefined
}
