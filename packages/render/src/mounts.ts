import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compiledCode, compiledEnv, type SandboxProgram } from './compiled-code.ts'
import { builtRenderer } from './languages.ts'

export interface RenderMounts {
  /**
   * Returns the host directories to mount read-only at their targets. Call it for each sandbox,
   * before `command`.
   */
  mounts(): Promise<readonly { readonly source: string; readonly target: string }[]>
  /**
   * Text for `sh -c` that renders one pipeline of the project in /workspace. Exit 0: the IR is in
   * `outputPath`; else the error is on stderr.
   */
  command(slug: string): string
  /**
   * The file that the IR is written to: neither in the project nor in /tmp, which is often a tmpfs.
   */
  readonly outputPath: string
}

const TARGET = '/opt/harmont-render'
const OUTPUT = '/var/lib/harmont-render/pipeline.json'
const rooms = ['ir', 'pipeline', 'pipeline-python', 'render', 'source-set']

/**
 * Returns the mounts for rendering in a sandbox: this Node.js, the program that renders, and its
 * compiled code, which is cached in `directory`, made by this process and read-only in the sandbox.
 * Python comes from the base image. Calls `warn` when there is no compiled code, for instance on a
 * full disk; rendering then takes longer.
 */
export async function renderMounts(directory: string, warn: (error: unknown) => void): Promise<RenderMounts> {
  const program = sandboxProgram()
  const compile = () =>
    compiledCode(directory, program).catch((error) => {
      warn(error)
      return undefined
    })
  let compiling = compile()
  let compiled = await compiling
  return {
    async mounts() {
      // People may have removed it for room on the disk. Code that could not be compiled is not
      // tried again.
      if (compiled !== undefined && !existsSync(compiled)) {
        compiled = undefined
        compiling = compile()
      }
      compiled = await compiling
      const shown = [
        { source: dirname(process.execPath), path: 'node' },
        ...program.parts,
        ...(compiled === undefined ? [] : [{ source: compiled, path: 'compiled' }]),
      ]
      return shown.map(({ source, path }) => ({ source, target: `${TARGET}/${path}` }))
    },
    command: (slug) => {
      const variables = compiled === undefined ? {} : compiledEnv(`${TARGET}/compiled`)
      const env = Object.entries(variables).map(([name, value]) => `${name}=${value} `)
      const node = `${TARGET}/node/node --disable-warning=ExperimentalWarning`
      return `${env.join('')}exec ${node} ${TARGET}/${program.main} --dir /workspace --slug ${singleQuoted(slug)} --out ${OUTPUT}`
    },
    outputPath: OUTPUT,
  }
}

/**
 * Returns the program as it was built, or the sources of the packages. These lie side by side,
 * outside any `node_modules`, below which Node.js strips no types.
 */
function sandboxProgram(): SandboxProgram {
  const built = builtRenderer()
  if (built !== undefined) return { parts: [{ source: built, path: 'render' }], main: 'render/sandbox.js' }
  const place = (path: string) => join(import.meta.dirname, '../..', path)
  const { resolve } = createRequire(place('source-set/src/index.ts'))
  const parts = [
    ...rooms.map((room) => ({ source: place(room), path: room })),
    // The only package that the rooms need.
    { source: dirname(resolve('ignore')), path: 'node_modules/ignore' },
  ]
  return { parts, main: 'render/src/sandbox/main.ts' }
}

// Unlike the SDK's quote(), expands no variables, because a slug comes from outside.
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
