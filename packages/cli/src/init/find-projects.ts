import { INIT_TEMPLATES, type TemplateKind } from '@harmont/hm/toolchains'
import type { Folder } from './folder.ts'
import { manifestOf, objectOf } from './manifest.ts'
import { KINDS, type ProjectKind } from './project-kind.ts'

/** A project for which the pipeline has a chain. */
export interface Project {
  readonly kind: ProjectKind
  readonly folder: Folder
}

/** Kinds whose tools process subdirectories themselves. */
const RECURSIVE: ReadonlySet<ProjectKind> = new Set(['rust', 'cmake', 'elixir', 'zig'])

/**
 * Finds the projects in these directories, in order of directory and kind. Omits projects that a
 * parent directory's project covers, such as a workspace member or a part of a CMake tree. A
 * Makefile counts only if no other kind is found.
 */
export function findProjects(folders: readonly Folder[]): Project[] {
  const found = folders.flatMap((folder) => kindsIn(folder).map((kind) => ({ kind, folder })))
  const top = found.filter(({ folder }) => folder.path === '.')
  const isCovered = ({ kind, folder }: Project) => folder.path !== '.' && top.some((above) => covers(above, kind))
  const projects = found.filter((project) => !isCovered(project))
  const [here] = folders
  if (here === undefined) return projects
  if (top.length === 0 && isShown(here, 'autotools')) return [{ kind: 'autotools', folder: here }, ...projects]
  return projects.length === 0 && isShown(here, 'make') ? [{ kind: 'make', folder: here }] : projects
}

function isShown({ names }: Folder, wanted: ProjectKind): boolean {
  return KINDS.some(({ kind, markers }) => kind === wanted && markers.some((marker) => hasMarker(names, marker)))
}

function kindsIn(folder: Folder): TemplateKind[] {
  const seen = INIT_TEMPLATES.filter(({ kind }) => isShown(folder, kind))
  return seen
    .filter(({ unless }) => unless === undefined || !seen.some(({ kind }) => kind === unless))
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'js' || folder.path === '.' || isPackage(folder))
}

/**
 * Whether a nested package.json has anything to install or run. Many only declare the module type
 * of the files beside them.
 */
function isPackage(folder: Folder): boolean {
  const manifest = manifestOf(folder)
  return ['scripts', 'dependencies', 'devDependencies', 'workspaces'].some(
    (member) => Object.keys(objectOf(manifest[member])).length > 0,
  )
}

function hasMarker(names: ReadonlySet<string>, marker: string): boolean {
  if (!marker.endsWith('*')) return names.has(marker)
  const start = marker.slice(0, -1)
  return [...names].some((name) => name.startsWith(start) && name.length > start.length)
}

const isJs = (kind: ProjectKind) => kind === 'js' || kind === 'nextjs'

function covers({ kind: above, folder }: Project, kind: ProjectKind): boolean {
  if (isJs(above) && isJs(kind))
    return folder.names.has('pnpm-workspace.yaml') || /"workspaces"\s*:/.test(folder.texts.get('package.json') ?? '')
  if (above !== kind) return false
  if (kind === 'python') return /^\[tool\.uv\.workspace\]/m.test(folder.texts.get('pyproject.toml') ?? '')
  return RECURSIVE.has(kind)
}
