import { existsSync } from 'node:fs'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../version.ts'

// TypeScript finds the types of an untyped or missing package here; Node.js does not search it.
// Source sets exclude `.hm/node_modules`.
const PLACE = '.hm/node_modules/@types/harmont__hm'
const CONFIG = '.hm/tsconfig.json'

const MANIFEST = {
  name: '@types/harmont__hm',
  version,
  types: './index.d.ts',
  exports: { '.': { types: './index.d.ts' }, './toolchains': { types: './toolchains/index.d.ts' } },
}

// An editor uses the nearest configuration, and the project's own may be meant for other files.
const OPTIONS = {
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
}

/**
 * Installs the types of `@harmont/hm` for editors, unless the project has the package. Returns the
 * written paths, relative to the project.
 */
export async function writeTypes(project: string): Promise<string[]> {
  if (isInstalled(project)) return []
  const place = join(project, PLACE)
  await rm(place, { recursive: true, force: true })
  await mkdir(dirname(place), { recursive: true })
  await cp(ourTypes(), place, { recursive: true })
  await writeFile(join(place, 'package.json'), `${JSON.stringify(MANIFEST, null, 2)}\n`)
  if (existsSync(join(project, CONFIG))) return [PLACE]
  await writeFile(join(project, CONFIG), `${JSON.stringify(OPTIONS, null, 2)}\n`)
  return [PLACE, CONFIG]
}

function isInstalled(project: string): boolean {
  for (let at = project; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules/@harmont/hm/package.json'))) return true
    if (at === dirname(at)) return false
  }
}

/** Directory of the generated declarations: in the sources, or beside the bundle. */
function ourTypes(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../../pipeline/generated/types' : './types'
  return fileURLToPath(new URL(path, import.meta.url))
}
