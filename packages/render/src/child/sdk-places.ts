import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Places are relative to the program, because a bundler may move this file.
const program = pathToFileURL(process.argv[1] ?? '')
// As sources, the packages are sibling directories, in a sandbox too. In a published build, each
// entry is one file beside the program.
const isSource = program.href.endsWith('.ts')
const place = (source: string, published: string) => new URL(isSource ? source : published, program).href

/**
 * URLs, by specifier, of our copies of the modules that a pipeline file may import, and of their
 * imports.
 */
export const ours: Readonly<Record<string, string>> = {
  '@harmont/hm': place('../../../pipeline/src/index.ts', './hm/index.js'),
  '@harmont/hm/toolchains': place('../../../pipeline/src/toolchains/index.ts', './hm/toolchains.js'),
  '@harmont/ir': place('../../../ir/src/index.ts', './hm/ir.js'),
}

/** Directories of our own files, which may be inside the rendered project. */
export const ourDirectories: readonly string[] = (isSource ? ['../../../pipeline', '../../../ir', '../..'] : ['.']).map(
  (path) => fileURLToPath(new URL(path, program)),
)
