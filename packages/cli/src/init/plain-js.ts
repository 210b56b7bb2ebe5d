import type { Folder } from './folder.ts'
import { manifestOf, objectOf, scriptsOf } from './manifest.ts'
import type { PlainChain } from './plain-project.ts'

interface Manager {
  readonly locks: readonly string[]
  readonly install: string
  readonly run: string
}

/** The first whose lock file is there. */
const MANAGERS: readonly Manager[] = [
  { locks: ['bun.lock', 'bun.lockb'], install: 'bun install --frozen-lockfile', run: 'bun run' },
  { locks: ['pnpm-lock.yaml'], install: 'pnpm install --frozen-lockfile', run: 'pnpm run' },
  { locks: ['yarn.lock'], install: 'yarn install', run: 'yarn run' },
  { locks: ['package-lock.json', 'npm-shrinkwrap.json'], install: 'npm ci --no-audit --no-fund', run: 'npm run' },
]

const UNLOCKED: Manager = { locks: ['package.json'], install: 'npm install --no-audit --no-fund', run: 'npm run' }

/** The dependencies of package.json where there are any, then those of build, test, lint and typecheck that it has. */
export function plainJs(folder: Folder): PlainChain {
  const { names } = folder
  const manifest = manifestOf(folder)
  const manager = MANAGERS.find(({ locks }) => locks.some((lock) => names.has(lock))) ?? UNLOCKED
  const steps = scriptsOf(manifest).map((script) => ({ label: script, command: `${manager.run} ${script}` }))
  const needs = ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces']
  if (!needs.some((need) => Object.keys(objectOf(manifest[need])).length > 0))
    return { steps: steps.length > 0 ? steps : [{ label: 'test', command: 'node --test' }] }
  const onChange = ['package.json', ...manager.locks.filter((lock) => lock !== 'package.json' && names.has(lock))]
  return { first: { label: 'deps', command: manager.install, onChange }, steps }
}
