import type { Project } from './find-projects.ts'
import { chainPart, type Language, type Part, quoted, toolPart } from './pipeline-parts.ts'
import { PACKAGES, toolActions } from './tool-project.ts'

interface PipelineText {
  readonly projects: readonly Project[]
  readonly language: Language
  /**
   * Uses steps of `sh` and the base image's programs, instead of toolchains that install their own.
   */
  readonly isPlain: boolean
  readonly slug: string
  /** The branch whose pushes are built. */
  readonly branch: string
}

/** Returns the text of a pipeline file. Throws exit 2 if a project's own files do not parse. */
export function pipelineText({ projects, language, isPlain, slug, branch }: PipelineText): string {
  const write = language === 'ts' ? typescript : python
  return write(bodyOf(projects, language, isPlain), slug, branch)
}

interface Body extends Part {
  /** undefined for the default image. */
  readonly image?: string
}

function bodyOf(projects: readonly Project[], language: Language, isPlain: boolean): Body {
  const isGeneric = projects.some(({ kind }) => kind === 'generic')
  const [comment, define, changed] =
    language === 'ts' ? ['//', 'const files =', 'onChange'] : ['#', 'files =', 'hm.on_change']
  const parts = projects.map((project, index) => {
    const suffix = projects.length > 1 ? String(index + 1) : ''
    const actions = isPlain ? null : toolActions(project)
    return actions === null
      ? chainPart({ project, language, suffix, packages: isPlain ? undefined : PACKAGES[project.kind] })
      : toolPart({ project, language, suffix, actions })
  })
  return {
    names: [...ALWAYS, ...parts.flatMap(({ names }) => names)],
    toolchains: [...new Set(parts.flatMap(({ toolchains }) => toolchains))].sort(),
    before: [
      ...(isGeneric ? [`${comment} ${UNKNOWN}`, ''] : []),
      `${comment} ${UNCHANGED}`,
      `${define} ${changed}(".")`,
      ...parts.flatMap(({ before }) => before),
    ],
    leaves: parts.flatMap(({ leaves }) => leaves),
    ...(isPlain && { image: 'host' }),
  }
}

const ALWAYS = ['onChange', 'type PipelineDefinition', 'pipeline', 'pullRequest', 'push']
const NAMES = ['aptBase', ...ALWAYS, 'sh']

const UNKNOWN =
  'hm does not know this kind of project: put the commands that build and test it in place of the step below.'
const UNCHANGED =
  'With this policy a step that passed runs again when a file of the project, its command or its parent changed.'
const HOST = "Steps use this machine's own programs, read-only. Name an image to be independent of the machine."

function typescript({ names, toolchains, before, leaves, image }: Body, slug: string, branch: string): string {
  return [
    `import { ${NAMES.filter((name) => names.includes(name)).join(', ')} } from "@harmont/hm"`,
    ...(toolchains.length > 0 ? [`import { ${toolchains.join(', ')} } from "@harmont/hm/toolchains"`] : []),
    '',
    ...before,
    '',
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
    ...before,
    '',
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
