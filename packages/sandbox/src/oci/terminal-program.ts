import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'

// On the sandbox's own /dev, as the init: nothing of it gets into a snapshot.
const home = '/dev/harmont-terminal'
const program = '/usr/bin/script'

let found: readonly { readonly source: string; readonly destination: string }[] | undefined

/**
 * The machine's own `script` with its loader and libraries, for an image that may have none or others. It makes the terminal inside the sandbox; crun's own
 * way between a terminal and a pipe loses bytes when the pipe is full [1.21: 1 % to 10 % of 10 MB].
 */
export function terminalFiles(): readonly { readonly source: string; readonly destination: string }[] {
  if (found !== undefined) return found
  const listed = execFileSync('ldd', [program], { encoding: 'utf8', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } })
  const paths = [...listed.matchAll(/(?:^|=>)\s*(\/\S+)/gm)].map(([, path = '']) => path)
  const loader = paths.find((path) => /\/ld[^/]*$/.test(path))
  if (loader === undefined) throw new Error(`the loader of ${program} is not among: ${listed.trim()}`)
  const libraries = paths.filter((path) => path !== loader)
  found = [
    { source: realpathSync(loader), destination: `${home}/loader` },
    { source: realpathSync(program), destination: `${home}/script` },
    ...libraries.map((path) => ({ source: realpathSync(path), destination: `${home}/lib/${path.split('/').at(-1)}` })),
  ]
  return found
}

/** The command line that runs a script for `sh -c` on a terminal. */
export function terminalArguments(script: string): readonly string[] {
  const options = ['--quiet', '--flush', '--return', '--echo', 'always', '--command', script, '/dev/null']
  return [`${home}/loader`, '--library-path', `${home}/lib`, `${home}/script`, ...options]
}
