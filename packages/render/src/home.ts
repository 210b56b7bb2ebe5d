import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Home {
  /** The program of the child for TypeScript and JavaScript. */
  readonly child: string
  /** The directory in which Python finds our SDK. */
  readonly python: string
}

/**
 * Returns the places of the children's programs: among the sources of the packages; or, published,
 * in the folder `render` beside the bundle or above it, which holds `child.js`,
 * `hm/{index,toolchains,ir}.js` and `python/harmont`.
 */
export function findHome(): Home {
  const here = fileURLToPath(new URL('.', import.meta.url))
  if (import.meta.url.endsWith('.ts'))
    return { child: join(here, 'child/main.ts'), python: join(here, '../../pipeline-python/src') }
  const published = [here, dirname(here)].map((directory) => join(directory, 'render'))
  const folder = published.find((each) => existsSync(join(each, 'child.js')))
  if (folder === undefined) throw new Error(`expected the renderer in ${published.join(' or ')}: install hm again.`)
  return { child: join(folder, 'child.js'), python: join(folder, 'python') }
}
