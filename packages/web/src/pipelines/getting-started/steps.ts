import { quoteForShell } from '../../text/escape.ts'

/** The default API address of `hm`. */
const usualApi = 'http://localhost:4000'

/** The facts about a new organization and its visitor. */
export interface StartFacts {
  /** The API's address, without a path. */
  readonly origin: string
  readonly org: string
  /** The number of this person's organizations; with only one, `hm` needs no organization name. */
  readonly organizations: number
  /** The command that installs `hm`; null if the server names none. */
  readonly install: string | null
  readonly docsUrl: string
  /** Whether this person has signed in with `hm`. */
  readonly hasCliSession: boolean
  readonly hasPipeline: boolean
  readonly hasBuild: boolean
  readonly hasRepository: boolean
}

export interface StartStep {
  readonly id: 'install' | 'login' | 'init' | 'run' | 'cloud' | 'connect'
  readonly title: string
  readonly isDone: boolean
  readonly commands: readonly { readonly label: string; readonly text: string }[]
  readonly note: string
}

/** Returns the steps to the first build, each ticked from facts of the server (web F3). */
export function startSteps(facts: StartFacts): readonly StartStep[] {
  const { origin, org, organizations, install, hasCliSession, hasPipeline, hasBuild, hasRepository } = facts
  const ranHere = hasBuild || hasPipeline
  return [
    {
      id: 'install',
      title: 'Install hm',
      isDone: hasCliSession || ranHere,
      commands: install === null ? [] : [{ label: 'the command that installs hm', text: install }],
      note:
        install === null
          ? 'hm is part of Harmont’s repository. The guide lists the three commands.'
          : 'Installs one program on your machine.',
    },
    {
      id: 'login',
      title: 'Sign in',
      isDone: hasCliSession,
      commands: [
        ...(origin === usualApi
          ? []
          : [
              {
                label: 'the command that names this server',
                text: `hm config set cloud.api_url ${quoteForShell(origin)}`,
              },
            ]),
        { label: 'the command that signs in', text: 'hm login' },
        ...(organizations > 1
          ? [{ label: 'the command that chooses this organization', text: `hm org switch ${quoteForShell(org)}` }]
          : []),
      ],
      note: 'hm login opens this server in your browser and shows a code to compare.',
    },
    {
      id: 'init',
      title: 'Write a pipeline in your project',
      isDone: ranHere,
      commands: [{ label: 'the command that writes a pipeline', text: 'hm init' }],
      note: 'Detects your project and writes .hm/pipeline.ts, a program that defines the build.',
    },
    {
      id: 'run',
      title: 'Run it on your machine',
      isDone: ranHere,
      commands: [{ label: 'the command that runs it here', text: 'hm run' }],
      note: 'Uses the same sandboxes as the server. Nothing leaves your machine, so this is ticked together with the next step.',
    },
    {
      id: 'cloud',
      title: 'Run it on this server',
      isDone: hasBuild,
      commands: [{ label: 'the command that runs it on this server', text: 'hm run --cloud' }],
      note: 'The build appears on this page.',
    },
    {
      id: 'connect',
      title: 'Connect a repository',
      isDone: hasRepository,
      commands: [],
      note: 'Builds every push and pull request.',
    },
  ]
}
