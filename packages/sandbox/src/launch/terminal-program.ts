import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'

// On the sandbox's own /dev, as the init: nothing of it gets into a snapshot.
const home = '/dev/harmont-terminal'
const programs = ['script', 'stty'] as const

let found: readonly { readonly source: string; readonly destination: string }[] | undefined

/**
 * The machine's own `script` and `stty` with their loader and libraries, for an image that may have none or others. `script` makes the terminal inside the
 * sandbox; crun's own way between a terminal and a pipe loses bytes when the pipe is full [1.21: 1 % to 10 % of 10 MB].
 */
export function terminalFiles(): readonly { readonly source: string; readonly destination: string }[] {
  if (found !== undefined) return found
  const paths = [...new Set(programs.flatMap((name) => loadedBy(`/usr/bin/${name}`)))]
  const loader = paths.find((path) => /\/ld[^/]*$/.test(path))
  if (loader === undefined) throw new Error(`no loader of ${programs.join(' and ')} is among ${paths.join(', ')}`)
  const libraries = paths.filter((path) => path !== loader)
  found = [
    { source: realpathSync(loader), destination: `${home}/loader` },
    ...programs.map((name) => ({ source: realpathSync(`/usr/bin/${name}`), destination: `${home}/${name}` })),
    ...libraries.map((path) => ({ source: realpathSync(path), destination: `${home}/lib/${path.split('/').at(-1)}` })),
  ]
  return found
}

function loadedBy(program: string): readonly string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } })
  return [...listed.matchAll(/(?:^|=>)\s*(\/\S+)/gm)].map(([, path = '']) => path)
}

/** The command line, inside a sandbox with a terminal, of one of these programs. */
export function terminalCall(name: (typeof programs)[number], options: readonly string[]): readonly string[] {
  return [`${home}/loader`, '--library-path', `${home}/lib`, `${home}/${name}`, ...options]
}

/** The command line that runs a script for `sh -c` on a terminal. */
export function terminalArguments(script: string): readonly string[] {
  return terminalCall('script', [
    '--quiet',
    '--flush',
    '--return',
    '--echo',
    'always',
    '--command',
    script,
    '/dev/null',
  ])
}
