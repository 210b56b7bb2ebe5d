/** A directory of the project as detection sees it. */
export interface Folder {
  /** Relative to the project, with `/`; `.` for the project itself. */
  readonly path: string
  /** Names in it. */
  readonly names: ReadonlySet<string>
  /** Contents of the few files that tell what a project of this kind needs, by name; of Python also its tests. */
  readonly texts: ReadonlyMap<string, string>
}

/** Lists of Python packages that a project's tests need. */
export const REQUIREMENTS: readonly string[] = [
  'requirements.txt',
  'requirements-dev.txt',
  'requirements-test.txt',
  'dev-requirements.txt',
  'test-requirements.txt',
]

/** Lists in a directory of their own: of the tests alone, the first that is there. The project itself is none of them. */
export const TEST_REQUIREMENTS: readonly string[] = ['tests.txt', 'test.txt', 'dev.txt'].map(
  (name) => `requirements/${name}`,
)

/** Files whose contents matter, beside their being there. */
export const TOLD_BY: readonly string[] = [
  'package.json',
  'pyproject.toml',
  'setup.cfg',
  'tox.ini',
  ...REQUIREMENTS,
  ...TEST_REQUIREMENTS,
  'Makefile',
  'GNUmakefile',
  'makefile',
  'Makefile.in',
]
