import type { Project } from './find-projects.ts'
import { type PlainChain, plainProject } from './plain-project.ts'

export type Language = 'ts' | 'py'

interface PipelineText {
  readonly projects: readonly Project[]
  readonly language: Language
  /** Steps of `sh` that use what the base image has, instead of toolchains that install what they need. */
  readonly isPlain: boolean
  readonly slug: string
  /** That pushes are built of. */
  readonly branch: string
}

// JSON's strings are strings in both languages.
const quoted = (text: string) => JSON.stringify(text)

/** The text of a pipeline file. Throws exit 2 where a project's own files do not parse. */
export function pipelineText({ projects, language, isPlain, slug, branch }: PipelineText): string {
  const write = language === 'ts' ? typescript : python
  return write(isPlain ? plain(projects, language) : toolchains(projects, language), slug, branch)
}

const NAMES = ['type PipelineDefinition', 'pipeline', 'pullRequest', 'push']

interface Body {
  /** What TypeScript imports from `@harmont/hm`. */
  readonly names: readonly string[]
  readonly toolchains: readonly string[]
  /** Lines before the pipeline. */
  readonly before: readonly string[]
  readonly leaves: readonly string[]
  /** Nothing: the default. */
  readonly image?: string
}

function toolchains(projects: readonly Project[], language: Language): Body {
  return {
    names: NAMES,
    toolchains: [...new Set(projects.map(({ template }) => template.toolchain))].sort(),
    before: [],
    leaves: projects.map(({ template, folder }) => {
      const project = language === 'ts' ? template.typescript(folder.path) : template.python(folder.path)
      return `${project}.ci()`
    }),
  }
}

function plain(projects: readonly Project[], language: Language): Body {
  const [comment, define, changed] =
    language === 'ts' ? ['//', 'const files', 'onChange'] : ['#', 'files', 'hm.on_change']
  const before = [`${comment} ${UNCHANGED}`, `${define} = ${changed}(".")`]
  const leaves: string[] = []
  const several = projects.length > 1
  projects.forEach(({ template, folder }, index) => {
    const chain: PlainChain = plainProject({ template, folder })
    const place = folder.path === '.' ? template.kind : folder.path
    const options = (label: string) => optionsOf(language, several ? `${place} ${label}` : label, folder.path)
    let start = language === 'ts' ? 'sh' : 'hm.sh'
    if (chain.deps !== undefined) {
      const name = several ? `deps${index + 1}` : 'deps'
      const files = chain.deps.onChange.map((file) => quoted(folder.path === '.' ? file : `${folder.path}/${file}`))
      const cache =
        language === 'ts' ? `cache: onChange(${files.join(', ')})` : `cache=hm.on_change(${files.join(', ')})`
      const given = [...options(chain.deps.label), cache]
      before.push(
        language === 'ts'
          ? `const ${name} = ${call(start, chain.deps.command, given, language)}`
          : `${name} = ${start}(\n    ${[quoted(chain.deps.command), ...given].join(',\n    ')},\n)`,
      )
      start = `${name}.sh`
    }
    const cached = language === 'ts' ? 'cache: files' : 'cache=files'
    const steps = chain.steps.map(({ label, command }) => call(start, command, [...options(label), cached], language))
    leaves.push(...(steps.length > 0 ? steps : [start.replace(/\.sh$/, '')]))
  })
  return { names: ['onChange', ...NAMES, 'sh'], toolchains: [], before, leaves, image: 'host' }
}

function optionsOf(language: Language, label: string, path: string): string[] {
  const pairs = [['label', label], ...(path === '.' ? [] : [['cwd', path]])] as const
  return pairs.map(([name, value]) =>
    language === 'ts' ? `${name}: ${quoted(value ?? '')}` : `${name}=${quoted(value ?? '')}`,
  )
}

function call(start: string, command: string, options: readonly string[], language: Language): string {
  if (language === 'ts') return `${start}(${quoted(command)}, { ${options.join(', ')} })`
  return `${start}(${quoted(command)}, ${options.join(', ')})`
}

const UNCHANGED = 'A step whose command, files and parent are as they were when it passed is not run again.'
const HOST = "Steps run on this machine's own programs, seen read-only. Name an image to be independent of it."

function typescript({ names, toolchains, before, leaves, image }: Body, slug: string, branch: string): string {
  return [
    `import { ${names.join(', ')} } from "@harmont/hm"`,
    ...(toolchains.length > 0 ? [`import { ${toolchains.join(', ')} } from "@harmont/hm/toolchains"`] : []),
    '',
    ...(before.length > 0 ? [...before, ''] : []),
    'const ci: PipelineDefinition = {',
    `  slug: ${quoted(slug)},`,
    `  triggers: [push({ branch: ${quoted(branch)} }), pullRequest()],`,
    '  pipeline: () =>',
    '    pipeline(',
    '      [',
    ...leaves.map((leaf) => `        ${leaf},`),
    '      ],',
    ...(image === undefined ? [] : [`      // ${HOST}`]),
    `      { env: { CI: "true" }${image === undefined ? '' : `, defaultImage: ${quoted(image)}`} },`,
    '    ),',
    '}',
    '',
    'export default ci',
    '',
  ].join('\n')
}

function python({ before, leaves, image }: Body, slug: string, branch: string): string {
  return [
    'import harmont as hm',
    '',
    ...(before.length > 0 ? [...before, ''] : []),
    '',
    '@hm.pipeline(',
    `    ${quoted(slug)},`,
    `    triggers=[hm.push(branch=${quoted(branch)}), hm.pull_request()],`,
    '    env={"CI": "true"},',
    ...(image === undefined ? [] : [`    # ${HOST}`, `    default_image=${quoted(image)},`]),
    ')',
    'def ci():',
    '    return [',
    ...leaves.map((leaf) => `        ${leaf},`),
    '    ]',
    '',
  ].join('\n')
}
