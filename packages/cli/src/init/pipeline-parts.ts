import type { Project } from './find-projects.ts'
import { plainProject } from './plain-project.ts'
import { type ProjectKind, templateOf } from './project-kind.ts'
import type { Action } from './tool-project.ts'

export type Language = 'ts' | 'py'

/** A project's section of a pipeline file. */
export interface Part {
  /** The names that TypeScript imports from `@harmont/hm`. */
  readonly names: readonly string[]
  readonly toolchains: readonly string[]
  /** Lines before the pipeline. */
  readonly before: readonly string[]
  readonly leaves: readonly string[]
}

// JSON string literals are valid in both languages.
export const quoted = (text: string) => JSON.stringify(text)

interface PartOf {
  readonly project: Project
  readonly language: Language
  /** Suffix that distinguishes the variables of several projects. */
  readonly suffix: string
}

/** Adds actions of the project's toolchain, each cached until a file changes. */
export function toolPart({
  project,
  language,
  suffix,
  actions,
}: PartOf & { readonly actions: readonly Action[] }): Part {
  const { kind, folder } = project
  const template = templateOf(kind)
  if (template === undefined) throw new Error(`no template for ${kind}`)
  const isTs = language === 'ts'
  const name = `project${suffix}`
  const cached = isTs ? '{ cache: files }' : 'cache=files'
  const unlocked = isTs ? '{ cache: files, locked: false }' : 'cache=files, locked=False'
  const leaves = actions.map((action) =>
    'name' in action
      ? `${name}.${action.name}(${action.isUnlocked ? unlocked : cached})`
      : `${name}.run(${quoted(action.script)}, ${cached})`,
  )
  const whole = isTs ? template.typescript(folder.path) : template.python(folder.path)
  // The warm-up of `rust.project` runs with --locked, which fails without Cargo.lock.
  const entry = actions.some((action) => 'isUnlocked' in action)
    ? whole.replace('rust.project', 'rust.toolchain')
    : whole
  const made = isTs ? `const ${name} = ${entry}` : `${name} = ${entry}`
  return {
    names: [],
    toolchains: [template.toolchain],
    before: [made],
    leaves: leaves.length > 0 ? leaves : [`${name}.install()`],
  }
}

/**
 * Writes plain steps. `packages` are installed first, instead of using the machine's own programs.
 */
export function chainPart({
  project,
  language,
  suffix,
  packages,
}: PartOf & { readonly packages?: readonly string[] | undefined }): Part {
  const { kind, folder } = project
  const chain = plainProject(project)
  const isTs = language === 'ts'
  const options = optionsOf(language, suffix === '' ? '' : `${placeOf(kind, folder.path)} `, folder.path)
  const before: string[] = []
  const names: string[] = []
  let start = isTs ? 'sh' : 'hm.sh'
  /** Assigns the step to a variable, from which the next step starts. */
  const define = (word: string, value: string) => {
    const name = `${word}${suffix}`
    before.push(`${isTs ? 'const ' : ''}${name} = ${value}`)
    start = `${name}.sh`
  }
  if (packages !== undefined) {
    const list = `[${packages.map(quoted).join(', ')}]`
    // Only their position distinguishes steps with equal labels.
    const label = suffix === '' ? '' : `, label${isTs ? ': ' : '='}${quoted(`:apt: ${placeOf(kind, folder.path)}`)}`
    const made = isTs ? `aptBase({ packages: ${list}${label} })` : `hm.apt_base(packages=${list}${label})`
    define('base', made)
    names.push('aptBase')
  } else names.push('sh')
  if (chain.first !== undefined) {
    const { label, command, onChange } = chain.first
    const watched = onChange.map((file) =>
      quoted(file === '.' || folder.path === '.' ? file : `${folder.path}/${file}`),
    )
    const isAll = onChange[0] === '.'
    const policy = isAll ? 'files' : isTs ? `onChange(${watched.join(', ')})` : `hm.on_change(${watched.join(', ')})`
    const given = [...options(label), isTs ? `cache: ${policy}` : `cache=${policy}`]
    define(
      label,
      isTs
        ? call(start, command, given, language)
        : `${start}(\n    ${[quoted(command), ...given].join(',\n    ')},\n)`,
    )
  }
  const cached = isTs ? 'cache: files' : 'cache=files'
  const leaves = chain.steps.map(({ label, command }) => call(start, command, [...options(label), cached], language))
  return { names, toolchains: [], before, leaves: leaves.length > 0 ? leaves : [start.replace(/\.sh$/, '')] }
}

const placeOf = (kind: ProjectKind, path: string) => (path === '.' ? kind : path)

function optionsOf(language: Language, prefix: string, path: string): (label: string) => string[] {
  return (label) => {
    const pairs = [['label', `${prefix}${label}`], ...(path === '.' ? [] : [['cwd', path]])] as const
    return pairs.map(([name, value]) =>
      language === 'ts' ? `${name}: ${quoted(value ?? '')}` : `${name}=${quoted(value ?? '')}`,
    )
  }
}

function call(start: string, command: string, options: readonly string[], language: Language): string {
  if (language === 'ts') return `${start}(${quoted(command)}, { ${options.join(', ')} })`
  return `${start}(${quoted(command)}, ${options.join(', ')})`
}
