/** A directory of the project as detection sees it. */
export interface Folder {
  /** Relative to the project, with `/`; `.` for the project itself. */
  readonly path: string
  /** Names in it. */
  readonly names: ReadonlySet<string>
  /** Contents of the few files that tell what a project of this kind needs, by name. */
  readonly texts: ReadonlyMap<string, string>
}

/** Files whose contents matter, beside their being there. */
export const TOLD_BY = [
  'package.json',
  'pyproject.toml',
  'requirements.txt',
  'requirements-dev.txt',
  'tests/__init__.py',
  'test/__init__.py',
] as const
