import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'

// On the sandbox's /dev, like the init, so that no snapshot contains it.
const home = '/dev/harmont-terminal'
const programs = ['script', 'stty'] as const

let found: readonly { readonly source: string; readonly destination: string }[] | undefined

/**
 * Returns the machine's `script` and `stty` with their loader and libraries, because the image may
 * lack them. `script` makes the terminal inside the sandbox: crun itself loses bytes between a
 * terminal and a full pipe [1.21: 1 % to 10 % of 10 MB].
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

/** Returns the command line that runs one of these programs inside a sandbox with a terminal. */
export function terminalCall(name: (typeof programs)[number], options: readonly string[]): readonly string[] {
  return [`${home}/loader`, '--library-path', `${home}/lib`, `${home}/${name}`, ...options]
}

/** Returns the command line that runs a script for `sh -c` on a terminal. */
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
