import { parse } from 'smol-toml'
import { isTable, valueAt } from '../config/toml-file.ts'
import { usageError } from '../errors.ts'
import { type Folder, REQUIREMENTS, TEST_REQUIREMENTS } from './folder.ts'
import type { PlainChain } from './project-kind.ts'

/**
 * Installs the dependencies into a virtual environment if there are any, then runs pytest if it is
 * used, otherwise unittest.
 */
export function plainPython(folder: Folder): PlainChain {
  const runs = usesPytest(folder) ? 'pytest' : unittest(folder)
  const first = dependencies(folder, runs === 'pytest')
  const python = first === undefined ? 'python3' : '.venv/bin/python'
  const path = folder.names.has('src') ? 'PYTHONPATH=src ' : ''
  return {
    ...(first === undefined ? {} : { first }),
    steps: [{ label: 'test', command: `${path}${python} -m ${runs}` }],
  }
}

function dependencies({ path, names, texts }: Folder, withPytest: boolean): PlainChain['first'] {
  const pytest = withPytest ? ' pytest' : ''
  const install = (what: string, onChange: readonly string[]) => ({
    label: 'deps',
    command: `python3 -m venv .venv && .venv/bin/pip install --disable-pip-version-check ${what}${pytest}`,
    onChange,
  })
  const lists = REQUIREMENTS.filter((name) => names.has(name))
  if (lists.length > 0) return install(lists.map((list) => `-r ${list}`).join(' '), lists)
  const project = projectOf(path, texts.get('pyproject.toml'))
  const extras = ['test', 'tests', 'testing', 'dev'].filter((name) => name in project.extras).slice(0, 1)
  const itself = extras.length === 0 ? '-e .' : `-e ".[${extras.join()}]"`
  const ownFiles = ['setup.py', 'setup.cfg', 'pyproject.toml'].filter((name) => names.has(name))
  const tests = TEST_REQUIREMENTS.find((name) => texts.has(name))
  if (tests !== undefined && (names.has('setup.py') || project.isPackage))
    return install(`-r ${tests} ${itself}`, [tests, ...ownFiles])
  if (names.has('setup.py')) return install(itself, ownFiles)
  return project.hasDependencies || extras.length > 0 || (withPytest && project.isPackage)
    ? install(itself, ['pyproject.toml'])
    : undefined
}

interface PythonProject {
  readonly isPackage: boolean
  readonly hasDependencies: boolean
  readonly extras: object
}

function projectOf(path: string, text = ''): PythonProject {
  try {
    const document = parse(text)
    const dependencies = valueAt(document, 'project.dependencies')
    const extras = valueAt(document, 'project.optional-dependencies')
    return {
      isPackage: isTable(document.project),
      hasDependencies: Array.isArray(dependencies) ? dependencies.length > 0 : isTable(dependencies),
      extras: isTable(extras) ? extras : {},
    }
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    throw usageError(`${path === '.' ? '' : `${path}/`}pyproject.toml is not TOML: ${why}`, 'correct the file')
  }
}

/** Whether pytest is configured or required, or the tests are written for it. */
function usesPytest({ names, texts }: Folder): boolean {
  if (names.has('pytest.ini') || [...names, ...texts.keys()].some((name) => /(^|\/)conftest\.py$/.test(name)))
    return true
  return [...texts].some(([name, text]) =>
    isTest(name)
      ? /^\s*(import|from) pytest\b|^(async )?def test_/m.test(text)
      : name !== 'package.json' && /\bpytest\b/.test(text),
  )
}

const isTest = (path: string) => path.endsWith('.py')

function unittest({ names, texts }: Folder): string {
  const tests = ['tests', 'test'].find((name) => names.has(name))
  if (tests === undefined) return 'unittest discover'
  // Tests in a package import it from its parent directory.
  const above = texts.has(`${tests}/__init__.py`) ? ' -t .' : ''
  return `unittest discover -s ${tests}${above}`
}
