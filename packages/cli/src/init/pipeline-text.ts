import type { Project } from './find-projects.ts'
import { type PlainChain, plainProject } from './plain-project.ts'

export type Language = 'ts' | 'py'

interface PipelineText {
  readonly projects: readonly Project[]
  readonly language: Language
  /** Steps of `sh` that use what the base image has, instead of toolchains that install what they need. */
  readonly isPlain: boolean
  /** That pushes are built of. */
  readonly branch: string
}

/** The slug of what `hm init` writes. */
export const SLUG = 'ci'

// JSON's strings are strings in both languages.
const quoted = (text: string) => JSON.stringify(text)

/** The text of a pipeline file. Throws exit 2 where a project's own files do not parse. */
export function pipelineText({ projects, language, isPlain, branch }: PipelineText): string {
  const write = language === 'ts' ? typescript : python
  return write(isPlain ? plain(projects, language) : toolchains(projects, language), branch)
}

interface Body {
  /** What is imported besides what every pipeline needs. */
  readonly imports: readonly string[]
  readonly toolchains: readonly string[]
  /** Lines before the pipeline. */
  readonly before: readonly string[]
  readonly leaves: readonly string[]
  /** Nothing: the default. */
  readonly image?: string
}

function toolchains(projects: readonly Project[], language: Language): Body {
  return {
    imports: [],
    toolchains: [...new Set(projects.map(({ template }) => template.toolchain))].sort(),
    before: [],
    leaves: projects.map(({ template, folder }) => {
      const project = language === 'ts' ? template.typescript(folder.path) : template.python(folder.path)
      return `${project}.ci()`
    }),
  }
}

function plain(projects: readonly Project[], language: Language): Body {
  const before: string[] = []
  const leaves: string[] = []
  const imports = new Set<string>()
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
      const made = call(start, chain.deps.command, [...options(chain.deps.label), cache], language)
      before.push(language === 'ts' ? `const ${name} = ${made}` : `${name} = ${made}`)
      start = `${name}.sh`
      imports.add('onChange')
    } else imports.add('sh')
    if (chain.deps !== undefined) imports.add('sh')
    const steps = chain.steps.map(({ label, command }) => call(start, command, options(label), language))
    leaves.push(...(steps.length > 0 ? steps : [start.replace(/\.sh$/, '')]))
  })
  return { imports: [...imports], toolchains: [], before, leaves, image: 'host' }
}

function optionsOf(language: Language, label: string, path: string): string[] {
  const pairs = [['label', label], ...(path === '.' ? [] : [['cwd', path]])] as const
  return pairs.map(([name, value]) =>
    language === 'ts' ? `${name}: ${quoted(value ?? '')}` : `${name}=${quoted(value ?? '')}`,
  )
}

function call(start: string, command: string, options: readonly string[], language: Language): string {
  const given = language === 'ts' ? `{ ${options.join(', ')} }` : options.join(', ')
  return `${start}(${quoted(command)}, ${given})`
}

const HOST = "Steps run on this machine's own programs, seen read-only. Name an image to be independent of it."

function typescript({ imports, toolchains, before, leaves, image }: Body, branch: string): string {
  const names = ['type PipelineDefinition', 'pipeline', 'pullRequest', 'push', ...imports]
  const sorted = names.sort((a, b) =>
    a.replace('type ', '').toLowerCase() < b.replace('type ', '').toLowerCase() ? -1 : 1,
  )
  return [
    `import { ${sorted.join(', ')} } from "@harmont/hm"`,
    ...(toolchains.length > 0 ? [`import { ${toolchains.join(', ')} } from "@harmont/hm/toolchains"`] : []),
    '',
    ...(before.length > 0 ? [...before, ''] : []),
    'const ci: PipelineDefinition = {',
    `  slug: ${quoted(SLUG)},`,
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

function python({ before, leaves, image }: Body, branch: string): string {
  return [
    'import harmont as hm',
    '',
    ...(before.length > 0 ? [...before, ''] : []),
    '',
    '@hm.pipeline(',
    `    ${quoted(SLUG)},`,
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
