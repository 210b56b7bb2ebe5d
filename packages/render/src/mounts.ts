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
   * Returns text for `sh -c` that renders one pipeline of the project in /workspace. On exit 0 the
   * IR is in `outputPath`; otherwise the error is on stderr.
   */
  command(slug: string): string
  /** The output file of the IR, neither in the project nor in /tmp, which is often a tmpfs. */
  readonly outputPath: string
}

const TARGET = '/opt/harmont-render'
const OUTPUT = '/var/lib/harmont-render/pipeline.json'
const rooms = ['ir', 'pipeline', 'pipeline-python', 'render', 'source-set']

/**
 * Returns the mounts for rendering in a sandbox: this Node.js, the rendering program, and its
 * compiled code. This process compiles the code and caches it in `directory`; it is read-only in
 * the sandbox. Python comes from the base image. Calls `warn` if there is no compiled code, for
 * instance on a full disk; rendering then takes longer.
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
      // A user may have removed compiled code to free disk space. A failed compilation is not
      // repeated.
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
 * Returns the built program, or the sources of the packages. These are mounted side by side,
 * outside any `node_modules`, below which Node.js strips no types.
 */
function sandboxProgram(): SandboxProgram {
  const built = builtRenderer()
  if (built !== undefined) return { parts: [{ source: built, path: 'render' }], main: 'render/sandbox.js' }
  const place = (path: string) => join(import.meta.dirname, '../..', path)
  const { resolve } = createRequire(place('source-set/src/index.ts'))
  const parts = [
    ...rooms.map((room) => ({ source: place(room), path: room })),
    // The only dependency of these packages.
    { source: dirname(resolve('ignore')), path: 'node_modules/ignore' },
  ]
  return { parts, main: 'render/src/sandbox/main.ts' }
}

// Unlike the SDK's quote(), this expands no variables, because a slug is untrusted.
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
