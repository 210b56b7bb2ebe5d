import { detach, env, lastBuild, numberedBuild, pipeline, view } from './flags.ts'
import type { CommandSpec } from './spec.ts'

/** Flags shared by `hm run` and `hm watch`. */
const local = {
  branch: { kind: 'string', short: 'b', value: 'NAME', summary: "branch of the run (default: HEAD's)" },
  message: { kind: 'string', short: 'm', value: 'TEXT', summary: "the build's message (default: the commit's)" },
  env,
  envFile: {
    kind: 'string',
    value: 'FILE',
    multiple: true,
    complete: 'file',
    summary: 'file of variables, one NAME=VALUE per line',
  },
  secret: {
    kind: 'pair',
    bare: true,
    value: 'NAME[=VALUE]',
    multiple: true,
    summary: 'a secret; without a value it is taken from the environment',
  },
  keepGoing: { kind: 'boolean', short: 'k', summary: 'after a failure, stop only the steps that depend on it' },
  parallelism: {
    kind: 'integer',
    short: 'j',
    also: ['jobs'],
    min: 1,
    value: 'N',
    summary: 'steps at a time (default: number of CPUs)',
  },
  pipeline: { ...pipeline, summary: 'the pipeline to run' },
  step: {
    kind: 'string',
    short: 's',
    value: 'KEY',
    multiple: true,
    complete: 'step',
    summary: 'run only this step and its requirements',
  },
  noCache: {
    kind: 'string',
    optional: true,
    value: 'KEY',
    multiple: true,
    complete: 'step',
    summary: 'ignore the cache, for all steps or for one',
  },
  artifacts: {
    kind: 'string',
    value: 'DIR',
    complete: 'directory',
    summary: 'write artifacts below this directory, by step',
  },
  timeout: { kind: 'duration', value: 'DURATION', summary: 'stop the run after this time (exit 124)' },
  ...view,
} as const

const target = {
  pipeline: { summary: 'slug of the pipeline (default: the only one)', complete: 'pipeline-or-step' },
  steps: { multiple: true, summary: 'run only these steps and their requirements', complete: 'step' },
} as const

const slug = { summary: 'slug of the pipeline (default: the only one)', complete: 'pipeline' } as const

export const runSpecs = {
  run: {
    summary: 'Run a pipeline here, or on the server with --cloud',
    runs: true,
    args: target,
    flags: {
      ...local,
      watch: { kind: 'boolean', summary: 'run again after each change of the files, like hm watch' },
      dryRun: { kind: 'boolean', summary: 'show the steps without running them' },
      shellOnFailure: {
        kind: 'boolean',
        summary: 'open a shell in the first failed step',
      },
      backend: { kind: 'string', value: 'WHERE', choices: ['local', 'docker', 'cloud'], summary: 'where it runs' },
      cloud: { kind: 'boolean', summary: 'the same as --backend cloud' },
      detach,
      noUpload: { kind: 'boolean', summary: 'send no source; the server fetches the pushed commit' },
    },
    examples: [
      ['hm run', 'the only pipeline of this repository'],
      ['hm run test', 'step test and its requirements'],
      ['hm run ci lint test -e LEVEL=debug', 'two steps of pipeline ci'],
      ['hm run --cloud --detach', 'on the server; does not wait for the end'],
    ],
    about: ['Exits 0 if the build passed, 1 if it failed, 130 if it was canceled.'],
  },
  watch: {
    summary: 'Run a pipeline now and again after each change of its files',
    runs: true,
    args: target,
    flags: local,
    about: ['A change cancels the run in progress.'],
  },
  render: {
    summary: 'Print the IR of a pipeline',
    args: { slug: { required: true, summary: 'slug of the pipeline', complete: 'pipeline' } },
    flags: {
      check: { kind: 'boolean', summary: 'only validate and list warnings' },
      pretty: { kind: 'boolean', summary: 'indented' },
      event: { kind: 'string', value: 'EVENT', summary: 'render as for this event (push, pull_request, ...)' },
      branch: { kind: 'string', value: 'NAME', summary: 'render as for this branch' },
      tag: { kind: 'string', value: 'NAME', summary: 'render as for this tag' },
    },
  },
  validate: {
    summary: 'Check the pipelines of the project without running them',
    args: { pipeline: { summary: 'slug of the pipeline (default: all)', complete: 'pipeline' } },
    query: true,
    about: ['Exits 6 if a pipeline does not render, 7 if its IR is invalid.'],
  },
  graph: {
    summary: 'Show the steps of a pipeline as a tree',
    args: { pipeline: slug },
    query: true,
    about: [
      'A step stands under the step whose file system it starts from; "after" names the other steps that it waits for.',
    ],
  },
  pipelines: {
    summary: 'Print all pipelines of the project as JSON',
    flags: { table: { kind: 'boolean', summary: 'print a table instead of JSON' } },
  },
  retry: {
    summary: 'Rerun the failed steps of a build and those they blocked',
    runs: true,
    args: {
      build: lastBuild,
      steps: { multiple: true, summary: 'only these failed steps', complete: 'step' },
    },
    flags: {
      pipeline,
      env,
      detach,
    },
    about: ["Each step starts from its parent's snapshot; a local run uses the current files."],
  },
  rebuild: {
    summary: 'Rerun a whole build under a new number',
    runs: true,
    args: { build: numberedBuild },
    flags: {
      pipeline,
      env,
      detach,
    },
  },
} as const satisfies Readonly<Record<string, CommandSpec>>

export const projectSpecs = {
  init: {
    summary: 'Write a first pipeline for this project',
    here: true,
    flags: {
      template: {
        kind: 'string',
        short: 't',
        value: 'KIND',
        choices: ['rust', 'go', 'elixir', 'zig', 'cmake', 'nextjs', 'js', 'python', 'autotools', 'make', 'generic'],
        summary: 'kind of project (default: detected)',
      },
      lang: { kind: 'string', value: 'LANG', choices: ['ts', 'py'], summary: 'language of the pipeline file' },
      slug: { kind: 'string', value: 'SLUG', summary: "slug of the pipeline (default: the project's name)" },
      plain: { kind: 'boolean', summary: "write plain steps that use this machine's own tools and download none" },
      force: { kind: 'boolean', summary: 'overwrite the pipeline file' },
      types: { kind: 'boolean', summary: 'write only the types for editing a TypeScript pipeline' },
      noSkills: { kind: 'boolean', summary: 'do not offer the agent skills' },
    },
    examples: [
      ['hm init', 'detects the kind of project'],
      ['hm init -t go --lang py', 'a Go project, its pipeline in Python'],
    ],
  },
  doctor: {
    summary: 'Check the requirements of hm and how to fix problems',
    query: true,
    about: ['Exits 9 if a check of the chosen backend fails.'],
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
