import { describe, expect, it } from 'vitest'
import { chainOf, lastOf } from './chain-of.test-support.ts'
import { py, python } from './python.ts'

describe.each([
  ['python', (version?: string) => python({ path: 'svc', ...(version && { uvVersion: version }) })],
  ['py.uv', (version?: string) => py.uv({ path: 'svc', ...(version && { version }) })],
] as const)('%s', (_, make) => {
  it('installs uv and the project', () => {
    expect(chainOf(make().install())).toEqual([
      {
        label: ':python: apt-base',
        command: 'apt-get update && apt-get install -y curl ca-certificates python3 python3-venv',
        cache: 'ttl 86400',
      },
      {
        label: ':python: uv-install',
        command:
          'curl -LsSf https://astral.sh/uv/install.sh | sh && ln -sf /root/.local/bin/uv /usr/local/bin/uv && uv --version',
        cache: 'forever',
      },
      {
        label: ':python: uv-sync',
        command: 'cd svc && uv sync --all-extras',
        cache: 'on change of svc/uv.lock svc/pyproject.toml',
      },
    ])
  })

  it('installs the requested version of uv with that version’s installer', () => {
    expect(chainOf(make('0.9.5').install())[1]?.command).toBe(
      'curl -LsSf https://astral.sh/uv/0.9.5/install.sh | sh && ln -sf /root/.local/bin/uv /usr/local/bin/uv && uv --version',
    )
  })

  it.each([
    ['test', 'cd svc && uv run pytest'],
    ['lint', 'cd svc && uv run ruff check .'],
    ['fmt', 'cd svc && uv run ruff format --check .'],
    ['typecheck', 'cd svc && uv run ty check .'],
  ] as const)('%s', (action, command) => {
    const label = `:python: ${action}`
    expect(lastOf(make()[action]())).toEqual({ label, command, cache: 'no', parent: ':python: uv-sync' })
  })

  it('checks the types of the given paths', () => {
    expect(lastOf(make().typecheck({ paths: 'src' })).command).toBe('cd svc && uv run ty check src')
    expect(lastOf(make().typecheck({ paths: ['src', 'my tests'] })).command).toBe(
      "cd svc && uv run ty check src 'my tests'",
    )
  })

  it('ci returns test, lint, fmt and typecheck', () => {
    const labels = [':python: test', ':python: lint', ':python: fmt', ':python: typecheck']
    expect(
      make()
        .ci()
        .map((step) => step.fields.label),
    ).toEqual(labels)
  })
})

describe('uv’s own verbs', () => {
  const project = py.uv()
  it.each([
    [project.run('mkdocs build --strict'), ':python: mkdocs', 'cd . && uv run mkdocs build --strict'],
    [project.build(), ':python: build', 'cd . && uv build'],
    [project.lockCheck(), ':python: lock-check', 'cd . && uv lock --check'],
    [project.publish(), ':python: publish', 'cd . && uv publish'],
    [project.run('a\nb'), ':python: a', 'cd . || exit 1\nuv run a\nb'],
  ])('%#: %s', (step, label, command) => {
    expect(lastOf(step)).toEqual({ label, command, cache: 'no', parent: ':python: uv-sync' })
  })

  it('watches the files of the project directory with the prefix ./', () => {
    expect(lastOf(project.install()).cache).toBe('on change of ./uv.lock ./pyproject.toml')
  })
})
