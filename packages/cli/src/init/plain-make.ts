import type { Folder } from './folder.ts'
import type { PlainChain } from './plain-project.ts'

/** The build of a Makefile, then its tests, as far as it has targets for them. */
export function plainMake({ texts }: Folder): PlainChain {
  // The file that make takes where there are several.
  const targets = targetsOf(['GNUmakefile', 'makefile', 'Makefile'].map((name) => texts.get(name)).find(isText) ?? '')
  const test = ['check', 'test', 'tests'].find((target) => targets.has(target))
  const build = ['all', 'build'].find((target) => targets.has(target))
  if (test === undefined)
    return { steps: [{ label: 'build', command: build === undefined ? 'make' : `make ${build}` }] }
  const steps = [{ label: 'test', command: `make ${test}` }]
  return build === undefined ? { steps } : { first: builtBy(`make ${build}`), steps }
}

/** Configures and builds, then runs `make check` where there is one. */
export function plainAutotools({ names, texts }: Folder): PlainChain {
  const build = builtBy(`${configure(names)} && make`)
  const targets = targetsOf(texts.get('Makefile.in') ?? '')
  // Automake gives every Makefile a `check`.
  const test = names.has('Makefile.am') ? 'check' : ['check', 'test'].find((target) => targets.has(target))
  if (test === undefined) return { steps: [{ label: build.label, command: build.command }] }
  return { first: build, steps: [{ label: 'test', command: `make ${test}` }] }
}

function builtBy(command: string) {
  return { label: 'build', command, onChange: ['.'] }
}

function configure(names: ReadonlySet<string>): string {
  if (names.has('configure')) return './configure'
  const script = ['autogen.sh', 'bootstrap', 'bootstrap.sh'].find((name) => names.has(name))
  // Some run configure themselves unless they are told not to.
  return script === undefined ? 'autoreconf -fi && ./configure' : `NOCONFIGURE=1 ./${script} && ./configure`
}

function targetsOf(makefile: string): ReadonlySet<string> {
  const rules = makefile.matchAll(/^([A-Za-z0-9_.][A-Za-z0-9_. -]*?)\s*::?(?!=)/gm)
  return new Set([...rules].flatMap(([, names = '']) => names.split(/\s+/)))
}

function isText(value: string | undefined): value is string {
  return value !== undefined
}
