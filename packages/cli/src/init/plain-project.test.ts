import { expect, it } from 'vitest'
import { templateOf } from './find-projects.ts'
import { plainProject } from './plain-project.ts'

type Kind = Parameters<typeof templateOf>[0]

function commands(kind: Kind, names: string, texts: Record<string, string> = {}): string[] {
  const folder = { path: '.', names: new Set(names.split(' ')), texts: new Map(Object.entries(texts)) }
  const { deps, steps } = plainProject({ template: templateOf(kind), folder })
  const first = deps === undefined ? [] : [`${deps.command} <- ${deps.onChange.join(' ')}`]
  return [...first, ...steps.map(({ command }) => command)]
}

const manifest = (value: object) => ({ 'package.json': JSON.stringify(value) })

it('JavaScript has only the scripts that exist', () => {
  const scripts = { lint: 'l', test: 't', deploy: 'd' }
  expect(commands('js', 'package.json', manifest({ scripts }))).toEqual(['npm run test', 'npm run lint'])
  expect(commands('js', 'package.json', manifest({}))).toEqual(['node --test'])
})

it.each([
  ['package-lock.json', 'npm ci --no-audit --no-fund <- package.json package-lock.json', 'npm run test'],
  ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile <- package.json pnpm-lock.yaml', 'pnpm run test'],
  ['yarn.lock', 'yarn install <- package.json yarn.lock', 'yarn run test'],
  ['bun.lock', 'bun install --frozen-lockfile <- package.json bun.lock', 'bun run test'],
  ['index.js', 'npm install --no-audit --no-fund <- package.json', 'npm run test'],
])('JavaScript with %s installs with %s', (lock, install, test) => {
  const texts = manifest({ scripts: { test: 't' }, devDependencies: { a: '1' } })
  expect(commands('nextjs', `package.json ${lock}`, texts)).toEqual([install, test])
})

it('a manifest that does not parse is named', () => {
  expect(() => commands('js', 'package.json', { 'package.json': '{' })).toThrow(/^package\.json is not JSON: /)
  expect(() => commands('python', 'pyproject.toml', { 'pyproject.toml': '[' })).toThrow(
    /^pyproject\.toml is not TOML: /,
  )
})

const pip = 'python3 -m venv .venv && .venv/bin/pip install --disable-pip-version-check'

it.each([
  ['nothing but the standard library', 'pyproject.toml', '', ['python3 -m unittest discover']],
  ['tests beside', 'setup.cfg tests', '', ['python3 -m unittest discover -s tests']],
  ['a src layout', 'src test', '', ['PYTHONPATH=src python3 -m unittest discover -s test']],
  ['pytest', 'pytest.ini', '', ['python3 -m pytest']],
  [
    'dependencies',
    'pyproject.toml tests',
    '[project]\ndependencies = ["a", "pytest"]\n',
    [`${pip} -e . <- pyproject.toml`, '.venv/bin/python -m pytest'],
  ],
  [
    'requirements',
    'requirements.txt requirements-dev.txt',
    '',
    [
      `${pip} -r requirements.txt -r requirements-dev.txt <- requirements.txt requirements-dev.txt`,
      '.venv/bin/python -m unittest discover',
    ],
  ],
] as const)('Python with %s', (_, names, pyproject, expected) => {
  expect(commands('python', names, { 'pyproject.toml': pyproject })).toEqual(expected)
})

it('Python tests that are a package are imported from above', () => {
  expect(commands('python', 'tests', { 'tests/__init__.py': '' })).toEqual([
    'python3 -m unittest discover -s tests -t .',
  ])
})
