import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/** Collects the licence texts of all bundled packages. Throws for a package without one. */
export function notices(metafiles: readonly Metafile[], root: string): string {
  const directories = new Set<string>()
  for (const { outputs } of metafiles)
    for (const output of Object.values(outputs))
      for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
        // A plugin's input begins with its name and a colon instead of a path.
        const directory = /^[^:]*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
        if (directory !== undefined && bytesInOutput > 0) directories.add(directory.replace(/^(\.\.\/)+/, ''))
      }
  return [...directories]
    .sort()
    .map((directory) => notice(join(root, directory)))
    .join('\n\n')
}

function notice(directory: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const { name, version, license } = manifest as Record<string, unknown>
  const file = licenceIn(directory) ?? join(import.meta.dirname, 'licences', `${name}.txt`)
  if (!existsSync(file)) throw new Error(`${directory} has no licence text: it cannot be in a bundle`)
  return `${name} ${version} (${license})\n\n${readFileSync(file, 'utf8').trim()}\n`
}

/**
 * Returns the path of the licence text in a package; undefined if it has none. `saxes` has one in
 * its repository only.
 */
function licenceIn(directory: string): string | undefined {
  const file = readdirSync(directory).find((each) => /^(licen[cs]e|copying)/i.test(each))
  return file === undefined ? undefined : join(directory, file)
}
