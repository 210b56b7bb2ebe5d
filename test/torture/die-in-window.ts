/**
 * Makes a server kill or stop itself in a window, through `node --import`. The file `armed` in
 * TORTURE_WINDOWS names the window, the required number of passes, and the signal. `hold` instead
 * of a signal suspends the operation there forever.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { windows, withWindows } from './windows.ts'

declare global {
  var reachWindow: (name: string) => Promise<never> | undefined
}

const directory = process.env.TORTURE_WINDOWS
if (directory === undefined) throw new Error('expected TORTURE_WINDOWS to be a directory')
const armedFile = join(directory, 'armed')

globalThis.reachWindow = (name) => {
  const [wanted, left, signal] = readArmed().split('|')
  if (wanted !== name) return
  if (Number(left) > 1) return void writeFileSync(armedFile, `${name}|${Number(left) - 1}|${signal}`)
  // Tells the test that the window was reached.
  renameSync(armedFile, join(directory, 'hit'))
  if (signal === 'hold') return new Promise(() => undefined)
  process.kill(process.pid, signal)
}

function readArmed(): string {
  try {
    return readFileSync(armedFile, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const own = windows.filter(({ file }) => url.endsWith(`/packages/${file}`))
    return own.length === 0 ? loaded : { ...loaded, source: withWindows(String(loaded.source), own) }
  },
})
