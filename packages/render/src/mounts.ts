import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface RenderMounts {
  /** Host directories to show read-only at their targets inside the sandbox. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[]
  /** Text for `sh -c` that renders one pipeline of the project in /workspace. Exit 0: the IR is in `outputPath`; else the error is on stderr. */
  command(slug: string): string
  /** Where the IR's JSON is written: neither in the project nor on what is often a tmpfs. */
  readonly outputPath: string
}

const TARGET = '/opt/harmont-render'
const OUTPUT = '/var/lib/harmont-render/pipeline.json'
const rooms = ['ir', 'pipeline', 'pipeline-python', 'render', 'source-set']

/**
 * What a sandbox needs for rendering: this Node.js, and the sources of the rooms as they are. They lie beside each other inside, and their
 * path has no `node_modules`, below which Node.js strips no types. Python is the base image's own.
 */
export function renderMounts(): RenderMounts {
  const sources = fileURLToPath(new URL('../../source-set/src/index.ts', import.meta.url))
  return {
    mounts: [
      { source: dirname(process.execPath), target: `${TARGET}/node` },
      ...rooms.map((room) => ({
        source: fileURLToPath(new URL(`../../${room}`, import.meta.url)),
        target: `${TARGET}/${room}`,
      })),
      // The one package that the rooms need.
      { source: dirname(createRequire(sources).resolve('ignore')), target: `${TARGET}/node_modules/ignore` },
    ],
    command: (slug) => {
      const program = `${TARGET}/node/node --disable-warning=ExperimentalWarning ${TARGET}/render/src/sandbox/main.ts`
      return `exec ${program} --dir /workspace --slug ${singleQuoted(slug)} --out ${OUTPUT}`
    },
    outputPath: OUTPUT,
  }
}

// Not the SDK's quote(), which leaves variables working: a slug comes from outside and is a plain text.
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
