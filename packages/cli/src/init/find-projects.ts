import { INIT_TEMPLATES, type InitTemplate, type TemplateKind } from '@harmont/hm/toolchains'
import type { Folder } from './folder.ts'

/** A project that a chain of the pipeline is for. */
export interface Project {
  readonly template: InitTemplate
  readonly folder: Folder
}

/** Kinds whose tools go into the directories below by themselves. */
const RECURSIVE: ReadonlySet<TemplateKind> = new Set(['rust', 'cmake', 'elixir', 'zig'])

/**
 * The projects in these directories, those of the first one first, each directory's in the order of the templates. What a project above it
 * covers (a member of a workspace, a part of a CMake tree) is no project of its own.
 */
export function findProjects(folders: readonly Folder[]): Project[] {
  const found = folders.flatMap((folder) => kindsIn(folder).map((template) => ({ template, folder })))
  const top = found.filter(({ folder }) => folder.path === '.')
  const isCovered = ({ template, folder }: Project) =>
    folder.path !== '.' && top.some((above) => covers(above, template.kind))
  return found.filter((project) => !isCovered(project))
}

/** The template of a kind. */
export function templateOf(kind: TemplateKind): InitTemplate {
  const template = INIT_TEMPLATES.find((each) => each.kind === kind)
  if (template === undefined) throw new Error(`no template for ${kind}`)
  return template
}

function kindsIn({ names }: Folder): InitTemplate[] {
  const seen = INIT_TEMPLATES.filter(({ markers }) => markers.some((marker) => hasMarker(names, marker)))
  return seen.filter(({ unless }) => unless === undefined || !seen.some(({ kind }) => kind === unless))
}

function hasMarker(names: ReadonlySet<string>, marker: string): boolean {
  if (!marker.endsWith('*')) return names.has(marker)
  const start = marker.slice(0, -1)
  return [...names].some((name) => name.startsWith(start) && name.length > start.length)
}

const isJs = (kind: TemplateKind) => kind === 'js' || kind === 'nextjs'

function covers({ template, folder }: Project, kind: TemplateKind): boolean {
  if (isJs(template.kind) && isJs(kind))
    return folder.names.has('pnpm-workspace.yaml') || /"workspaces"\s*:/.test(folder.texts.get('package.json') ?? '')
  if (template.kind !== kind) return false
  if (kind === 'python') return /^\[tool\.uv\.workspace\]/m.test(folder.texts.get('pyproject.toml') ?? '')
  return RECURSIVE.has(kind)
}
