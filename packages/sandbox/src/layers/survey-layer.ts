import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { ByteReader } from '../source/byte-reader.ts'
import { helperEnvironment } from '../system/machine.ts'
import { waitForSuccess } from '../system/processes.ts'

export interface LayerSurvey {
  /** Number of names, including directories. */
  readonly names: number
  /** Total size of the files, in bytes, as programs read them. */
  readonly bytes: number
  /** Total size of the holes in files, in bytes. */
  readonly holes: number
  /** Digest of the sockets, which no archive can contain: their modes, owners and times. */
  readonly sockets: string
}

/** find's format: kind, blocks of 512 bytes, size, mode, owners and time, then the path. */
const format = '%y %b %s %m %U %G %T@ %P\\0'
/** Maximum length of a line, because steps may nest paths arbitrarily deep. */
const longestLine = 64 * 1024 ** 2

/** Measures the tree of a layer. Uses find, because Node.js takes ten times as long. */
export async function surveyLayer(directory: string): Promise<LayerSurvey> {
  const find = spawn('find', ['.', '-printf', format], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: helperEnvironment,
  })
  let [names, bytes, holes] = [0, 0, 0]
  const sockets: string[] = []
  async function read(): Promise<void> {
    const reader = new ByteReader(find.stdout)
    for (let line = await reader.until(0, longestLine); line !== undefined; line = await reader.until(0, longestLine)) {
      names += 1
      const kind = line[0]
      if (kind === code('s')) sockets.push(line.toString('latin1'))
      if (kind !== code('f')) continue
      const [, blocks, size] = line.toString('latin1', 0, 64).split(' ')
      bytes += Number(size)
      holes += Math.max(0, Number(size) - 512 * Number(blocks))
    }
  }
  await Promise.all([waitForSuccess(find), read().finally(() => find.stdout.destroy())])
  const digest = createHash('sha256')
  // The block counts of sockets depend on the file system.
  for (const line of sockets.sort()) digest.update(`${line.replace(/^s \d+ /, '')}\0`)
  return { names, bytes, holes, sockets: digest.digest('hex') }
}

function code(character: string): number {
  return character.charCodeAt(0)
}
