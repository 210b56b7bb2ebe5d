import { parse } from 'smol-toml'
import { isTable, valueAt } from '../config/toml-file.ts'
import { usageError } from '../errors.ts'
import type { Folder } from './folder.ts'
import type { PlainChain } from './plain-project.ts'

/** The dependencies in a virtual environment where there are any, then pytest where it is mentioned, else unittest. */
export function plainPython(folder: Folder): PlainChain {
  const deps = dependencies(folder)
  const python = deps === undefined ? 'python3' : '.venv/bin/python'
  const path = folder.names.has('src') ? 'PYTHONPATH=src ' : ''
  return {
    ...(deps === undefined ? {} : { deps }),
    steps: [{ label: 'test', command: `${path}${python} -m ${runner(folder)}` }],
  }
}

function dependencies({ path, names, texts }: Folder): PlainChain['deps'] {
  const lists = ['requirements.txt', 'requirements-dev.txt'].filter((name) => names.has(name))
  const install = (what: string, onChange: readonly string[]) => ({
    label: 'deps',
    command: `python3 -m venv .venv && .venv/bin/pip install --disable-pip-version-check ${what}`,
    onChange,
  })
  if (lists.length > 0) return install(lists.map((list) => `-r ${list}`).join(' '), lists)
  if (hasDependencies(path, texts.get('pyproject.toml'))) return install('-e .', ['pyproject.toml'])
  return names.has('setup.py') ? install('-e .', ['setup.py']) : undefined
}

function hasDependencies(path: string, text: string | undefined): boolean {
  if (text === undefined) return false
  try {
    const list = valueAt(parse(text), 'project.dependencies')
    return Array.isArray(list) ? list.length > 0 : isTable(list)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    throw usageError(`${path === '.' ? '' : `${path}/`}pyproject.toml is not TOML: ${why}`, 'mend the file')
  }
}

function runner({ names, texts }: Folder): string {
  const told = ['pyproject.toml', 'requirements.txt', 'requirements-dev.txt'].map((name) => texts.get(name) ?? '')
  if (names.has('pytest.ini') || names.has('conftest.py') || /\bpytest\b/.test(told.join('\n'))) return 'pytest'
  const tests = ['tests', 'test'].find((name) => names.has(name))
  if (tests === undefined) return 'unittest discover'
  // Tests that are a package import themselves from above.
  const above = texts.has(`${tests}/__init__.py`) ? ' -t .' : ''
  return `unittest discover -s ${tests}${above}`
}
