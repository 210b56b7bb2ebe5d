import { expect, it } from 'vitest'
import { missingTools, plainProject } from './plain-project.ts'
import type { ProjectKind } from './project-kind.ts'

function commands(kind: ProjectKind, names: string, texts: Record<string, string> = {}): string[] {
  const folder = { path: '.', names: new Set(names.split(' ')), texts: new Map(Object.entries(texts)) }
  const { first, steps } = plainProject({ kind, folder })
  const start = first === undefined ? [] : [`${first.command} <- ${first.onChange.join(' ')}`]
  return [...start, ...steps.map(({ command }) => command)]
}

const CONFIGURED = './configure && make <- .'
const manifest = (value: object) => ({ 'package.json': JSON.stringify(value) })

it('JavaScript runs only scripts that exist', () => {
  const scripts = { lint: 'l', test: 't', deploy: 'd' }
  expect(commands('js', 'package.json', manifest({ scripts }))).toEqual(['npm run test', 'npm run lint'])
  expect(commands('js', 'package.json', manifest({}))).toEqual(['node --test'])
  const written = 'echo "Error: no test specified" && exit 1'
  expect(commands('js', 'package.json', manifest({ scripts: { test: written, build: 'b' } }))).toEqual([
    'npm run build',
  ])
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

it('the error names a manifest that does not parse', () => {
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
    [`${pip} -e . pytest <- pyproject.toml`, '.venv/bin/python -m pytest'],
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

it('Python tests in a package are imported from its parent directory', () => {
  expect(commands('python', 'tests', { 'tests/__init__.py': '' })).toEqual([
    'python3 -m unittest discover -s tests -t .',
  ])
})

it.each([
  ['a conftest', { 'tests/conftest.py': '' }],
  ['an import', { 'tests/test_a.py': 'import os\nimport pytest\n' }],
  ['bare functions', { 'test_a.py': 'def test_sum():\n    assert 1\n' }],
  ['a configuration', { 'tox.ini': '[testenv]\ndeps = pytest\n' }],
])('Python whose tests have %s is tested by pytest, which the pipeline installs', (_, texts) => {
  const pyproject = { 'pyproject.toml': '[project]\nname = "a"\n' }
  expect(commands('python', 'pyproject.toml tests', { ...pyproject, ...texts })).toEqual([
    `${pip} -e . pytest <- pyproject.toml`,
    '.venv/bin/python -m pytest',
  ])
})

it('Python installs the extra for tests', () => {
  const texts = { 'pyproject.toml': '[project]\n[project.optional-dependencies]\ndocs = ["b"]\ntest = ["pytest"]\n' }
  expect(commands('python', 'pyproject.toml setup.py', texts)[0]).toBe(
    `${pip} -e ".[test]" pytest <- setup.py pyproject.toml`,
  )
})

it.each([
  [
    'a Makefile with tests',
    'make',
    { Makefile: 'CC = cc\nall: x\ncheck test:\n\t./x\n' },
    ['make all <- .', 'make check'],
  ],
  ['tests alone', 'make', { Makefile: 'test: x\n' }, ['make test']],
  ['neither', 'make', { Makefile: 'x: x.c\nY := test:\n' }, ['make']],
  ['the file that make prefers', 'make', { Makefile: 'all:', GNUmakefile: 'build:' }, ['make build']],
  ['a hand-written configure', 'autotools', { configure: '', 'Makefile.in': 'test: x\n' }, [CONFIGURED, 'make test']],
  [
    'automake',
    'autotools',
    { 'configure.ac': '', 'Makefile.am': '' },
    ['autoreconf -fi && ./configure && make <- .', 'make check'],
  ],
  [
    'its own start',
    'autotools',
    { 'configure.ac': '', 'autogen.sh': '' },
    ['NOCONFIGURE=1 ./autogen.sh && ./configure && make'],
  ],
  ['an unknown kind', 'generic', { README: '' }, [expect.stringMatching(/^echo 'Replace this command/)]],
] as const)('%s', (_, kind, texts, expected) => {
  expect(commands(kind, Object.keys(texts).join(' '), texts)).toEqual(expected)
})

it('lists programs that the steps cannot find', () => {
  const chain = {
    first: { label: 'deps', command: './configure && A=1 no-such-tool --x && .venv/bin/pip x', onChange: [] },
    steps: [
      { label: 'test', command: 'sh -c x' },
      { label: 'other', command: 'no-such-tool y && echo z' },
    ],
  }
  expect(missingTools([chain])).toEqual(['no-such-tool'])
  expect(missingTools([chain], [])).toEqual(['no-such-tool', 'sh'])
})

it('Python installs the project and the test requirements listed in a directory', () => {
  const lists = { 'requirements/tests.txt': 'pytest\n', 'requirements/dev.txt': '' }
  const texts = { 'pyproject.toml': '[project]\nname = "a"\n', ...lists }
  expect(commands('python', 'pyproject.toml requirements', texts)[0]).toBe(
    `${pip} -r requirements/tests.txt -e . pytest <- requirements/tests.txt pyproject.toml`,
  )
})
