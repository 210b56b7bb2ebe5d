import { runTool } from '../system/run-tool.ts'
import type { Extent } from './tar-meter.ts'

const STAT_BLOCK = 512
// Folders that an ordinary user cannot list are not copied.
const UNLISTABLE = ['-type', 'd', '(', '!', '-readable', '-o', '!', '-executable', ')', '-prune', '-o']
const PRINT_BLOCKS = ['-printf', '%b\n']

/** Returns the disk space that a tree of this machine takes, without the paths in `hide`. */
export async function extentBelow(source: string, hide: ReadonlySet<string>): Promise<Extent> {
  const hidden = [...hide].flatMap((file) => ['-path', file, '-prune', '-o'])
  return extentIn(await runTool('find', [source, ...hidden, ...UNLISTABLE, ...PRINT_BLOCKS]))
}

/** Returns the disk space that these `latin1` paths take. */
export async function extentOf(files: readonly string[]): Promise<Extent> {
  const stdin = Buffer.from(files.map((file) => `${file}\0`).join(''), 'latin1')
  return extentIn(await runTool('find', ['-files0-from', '-', '-maxdepth', '0', ...PRINT_BLOCKS], { stdin }))
}

function extentIn(printed: Buffer): Extent {
  const blocks = printed.toString('latin1').split('\n').slice(0, -1)
  return { bytes: blocks.reduce((sum, each) => sum + Number(each), 0) * STAT_BLOCK, entries: blocks.length }
}
