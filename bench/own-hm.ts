import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'

const hm = join(import.meta.dirname, '../packages/cli/bin/hm.js')

export interface OwnHm {
  /** The project, a git repository without a commit. */
  readonly directory: string
  /** Writes a file of the project. */
  write(path: string, text: string): Promise<void>
  /** Runs `hm run` with these arguments, and throws unless it passes. */
  run(...args: string[]): Promise<void>
}

/**
 * Returns an `hm` pipeline file for the image `host`. `steps` is an expression; `before` declares
 * the names that it uses.
 */
export function pipelineFile(steps: string, before = ''): string {
  return `import { forever, onChange, pipeline, scratch } from '@harmont/hm'
${before}
export default { slug: 'ci', pipeline: () => pipeline(${steps}, { defaultImage: 'host' }) }
`
}

/** Measures `hm` with a temporary home and project, on the image `host`. */
export async function withHm<T>(measure: (hm: OwnHm) => Promise<T>): Promise<T> {
  const home = await mkdtemp('/var/tmp/harmont-bench-')
  const directory = join(home, 'project')
  const env = { PATH: process.env.PATH ?? '', HOME: home, HM_CACHE_DIR: join(home, 'cache') }
  const start = async (program: string, args: readonly string[]) => {
    const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(-4_000)))
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${text}`)
  }
  try {
    await mkdir(directory)
    await start('git', ['init', '--quiet'])
    return await measure({
      directory,
      async write(path, text) {
        const file = join(directory, path)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text)
      },
      run: (...args) => start(process.execPath, ['--', hm, 'run', '--format', 'json', ...args]),
    })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
