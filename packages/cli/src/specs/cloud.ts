import { build, detach, env, limit, numberedBuild, pipeline, view, yesOrNo } from './flags.ts'
import type { CommandSpec } from './spec.ts'

const job = { required: true, summary: 'id of the job, or key of its step with -b', complete: 'step' } as const
const branch = { kind: 'string', value: 'NAME', summary: "branch (default: HEAD's)" } as const
const artifactBuild = { ...build, summary: 'number of the build (default: the last local run)' } as const
const message = { kind: 'string', short: 'm', value: 'TEXT', summary: "the build's message" } as const

export const cloudSpecs = {
  'pipeline list': { summary: "List the organization's pipelines", flags: { limit }, query: true },
  'pipeline show': {
    summary: 'Show a pipeline of the server',
    args: { slug: { summary: "slug (default: this repository's)", complete: 'pipeline' } },
    query: true,
  },
  'pipeline create': {
    summary: 'Create a pipeline on the server',
    args: { slug: { required: true, summary: 'its slug' } },
    flags: {
      name: { kind: 'string', value: 'TEXT', summary: 'its name (default: the slug)' },
      repository: { kind: 'string', value: 'URL', summary: "its repository (default: origin's)" },
      defaultBranch: { kind: 'string', value: 'NAME', summary: "default branch (default: origin's)" },
    },
    query: true,
  },
  'pipeline append': {
    summary: 'Add steps to the build, from inside a step that has append',
    args: { file: { required: true, summary: 'an IR document; - is stdin', complete: 'file' } },
    about: [
      'Writes the document to $HARMONT_OUTPUT/steps. Its steps are added when the step passes. A repeated document counts once.',
    ],
    examples: [['node plan.js | hm pipeline append -', 'in the command of a step']],
    query: true,
    here: true,
  },
  'pipeline set': {
    summary: 'Change which cache entries a pipeline trusts',
    args: { slug: { summary: "slug (default: this repository's)", complete: 'pipeline' } },
    flags: {
      protectedBranches: {
        kind: 'string',
        value: 'GLOB',
        multiple: true,
        summary: "branches that use only each other's cache entries",
      },
      noProtectedBranches: { kind: 'boolean', summary: 'only the default branch is protected' },
      cacheShare: {
        ...yesOrNo,
        summary: 'share cache entries among all builds except those of forks',
      },
    },
    query: true,
  },
  'build list': {
    summary: 'List builds on the server, newest first',
    flags: { pipeline, state: { kind: 'string', value: 'STATE', summary: 'only builds in this state' }, limit },
    query: true,
  },
  'build show': {
    summary: 'Show a build and its jobs',
    args: { build: numberedBuild },
    flags: { pipeline },
    query: true,
  },
  'build watch': {
    summary: 'Follow a build to its end; Ctrl-C leaves it running',
    args: { build: numberedBuild },
    flags: { pipeline, ...view },
  },
  'build create': {
    summary: 'Create a build from an IR document, without source',
    runs: true,
    flags: {
      pipeline,
      ir: { kind: 'string', value: 'FILE', complete: 'file', summary: 'the document; - is stdin' },
      branch: { ...branch, short: 'b' },
      message,
      env,
      detach,
    },
    query: true,
  },
  'build open': {
    summary: 'Open a build in the browser',
    args: { build: { summary: 'number of the build (default: the last)', complete: 'build' } },
    flags: { pipeline },
  },
  'job list': { summary: 'List the jobs of a build', flags: { pipeline, build }, query: true },
  'job show': { summary: 'Show a job', args: { job }, flags: { pipeline, build }, query: true },
  'job log': { summary: 'Print the log of a job', args: { job }, flags: { pipeline, build }, query: true },
  'artifact list': {
    summary: 'List the artifacts of a run or build',
    flags: { pipeline, build: artifactBuild },
    query: true,
  },
  'artifact get': {
    summary: 'Download artifacts of a run or build',
    args: { artifact: { summary: 'a path, a directory, a glob or an id (default: all)' } },
    flags: {
      pipeline,
      build: artifactBuild,
      step: { kind: 'string', value: 'KEY', complete: 'step', summary: 'only artifacts of this step' },
      output: {
        kind: 'string',
        short: 'o',
        value: 'DIR',
        complete: 'directory',
        summary: 'directory to write to, by step (default: .); - prints one artifact',
      },
    },
    about: [
      'Files appear whole or not at all, with the SHA-256 that is listed. A call that broke off goes on where it was.',
    ],
    examples: [
      ["hm artifact get 'dist/**' -o out", 'the last run, into out/STEP/dist/'],
      ['hm artifact get app.tar -b 60 -p ci -o - | tar t', 'build 60 of the pipeline ci, to stdout'],
    ],
    query: true,
  },
  'cloud run': {
    summary: 'Create a build from a plan file (hm build create --ir)',
    runs: true,
    args: { pipeline: { required: true, summary: 'slug on the server', complete: 'pipeline' } },
    flags: {
      planFile: { kind: 'string', value: 'FILE', complete: 'file', summary: 'the IR document; - is stdin' },
      branch: { ...branch, short: 'b' },
      message,
      detach,
    },
    about: ['Variables of the steps come from HM_RUN_ENV_*.'],
    hidden: true,
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
