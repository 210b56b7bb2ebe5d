import { fileURLToPath } from 'node:url'

// Among sources the rooms lie side by side, in a sandbox too; published, each entry is one file beside this one.
const isSource = import.meta.url.endsWith('.ts')
const place = (source: string, published: string) => new URL(isSource ? source : published, import.meta.url).href

/** Our own copies of what a pipeline file may import, and of what those import: specifier to address. */
export const ours: Readonly<Record<string, string>> = {
  '@harmont/hm': place('../../../pipeline/src/index.ts', './hm/index.js'),
  '@harmont/hm/toolchains': place('../../../pipeline/src/toolchains/index.ts', './hm/toolchains.js'),
  '@harmont/ir': place('../../../ir/src/index.ts', './hm/ir.js'),
}

/** Directories whose files are ours, though they may lie in the project that is rendered. */
export const ourDirectories: readonly string[] = ['../../../pipeline', '../../../ir', '../..']
  .filter(() => isSource)
  .concat(isSource ? [] : ['.'])
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
