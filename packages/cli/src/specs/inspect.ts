import { before, build, lastBuild, limit, namedStep, pipeline } from './flags.ts'
import type { CommandSpec } from './spec.ts'

const step = { kind: 'string', short: 's', value: 'KEY', complete: 'step', summary: 'of this step' } as const

export const inspectSpecs = {
  status: {
    summary: 'Show the state of a build and its steps',
    args: { build: lastBuild },
    flags: { pipeline },
    examples: [
      ['hm status', 'the last run on this machine'],
      ['hm status 41 -p ci', 'build 41 of ci on the server'],
    ],
    query: true,
  },
  history: {
    summary: 'List the runs of this project on this machine, newest first',
    flags: { limit },
    about: ['hm build list lists the builds on the server.'],
    query: true,
  },
  why: {
    summary: 'Explain why a build failed, or why a step ran or was cached',
    args: { build: lastBuild, step: { summary: 'key of one step', complete: 'step' } },
    flags: { pipeline },
    examples: [
      ['hm why', 'why the last run failed'],
      ['hm why test', 'why step test ran, was cached or failed'],
    ],
    query: true,
  },
  test: {
    summary: 'Show the failed tests of a build, or the history of a test',
    args: { build: lastBuild },
    flags: {
      history: { kind: 'string', value: 'NAME', summary: 'results of this test in builds on the server' },
      pipeline,
    },
    about: [
      "Steps report tests with the option tests: 'junit.xml'. A part of NAME is enough where one test has it.",
      'With --json all tests of a build on the server are printed.',
    ],
    examples: [
      ['hm test', 'the failed tests of the last run'],
      ['hm test 41 -p ci', 'the failed tests of build 41 of ci on the server'],
      ['hm test --history "rounds half up"', 'how long and how often a test has failed'],
    ],
    query: true,
  },
  flaky: {
    summary: 'Find flaky tests: repeat a step of the last run on this machine',
    args: { step: namedStep },
    flags: {
      forks: {
        kind: 'integer',
        min: 1,
        value: 'N',
        summary: "number of repetitions (default: from the step's tests, or 10)",
      },
      build: { ...build, summary: 'number of the run (default: the last local run)' },
    },
    about: [
      'Each fork starts from the same snapshot, files, services and environment as the step did, one after the other.',
      'flaky: the same command gave both results from the same bytes. fails: red every time.',
      'A server does this automatically: see hm test.',
    ],
    examples: [
      ['hm flaky test', 'run step test of the last run 10 times'],
      ['hm flaky test --forks 50', 'with a rare failure'],
    ],
    query: true,
  },
  logs: {
    summary: 'Print the logs of a build',
    args: {
      build: lastBuild,
      step: { summary: 'key of one step; STEP/SERVICE for its service, STEP/fork-N for its fork', complete: 'step' },
    },
    flags: {
      follow: { kind: 'boolean', short: 'f', summary: 'follow until the build ends' },
      failed: { kind: 'boolean', summary: 'only steps that failed' },
      step,
      tail: {
        kind: 'integer',
        short: 'n',
        also: ['lines'],
        min: 0,
        value: 'N',
        summary: 'only the last N lines of each step',
      },
      since: { kind: 'duration', value: 'DURATION', summary: 'only lines newer than this' },
      timestamps: { kind: 'boolean', summary: 'show the time of each line' },
      attempt: { kind: 'integer', min: 1, value: 'N', summary: 'this attempt instead of the last' },
      pipeline,
    },
    examples: [
      ['hm logs --failed', 'why the last run failed'],
      ['hm logs 41 test -f', 'follow step test of build 41 on the server'],
      ['hm logs 41 test/db', 'the log of its service db'],
      ['hm logs 41 test/fork-3', 'the log of its third run in a fork'],
    ],
    query: true,
  },
  cancel: {
    summary: 'Cancel a build and wait for its end',
    args: { build: { summary: 'number of the build (default: the run in progress here)', complete: 'build' } },
    flags: { pipeline },
    about: ['Asks for confirmation. An ended build stays unchanged.'],
  },
  exec: {
    summary: 'Run one command in the file system of a step',
    args: {
      step: namedStep,
      command: { required: true, multiple: true, verbatim: true, summary: 'the command and its arguments' },
    },
    flags: {
      build: { ...build, summary: lastBuild.summary },
      before,
      pipeline,
    },
    about: ['The same as hm shell STEP --cmd COMMAND. Flags of hm stand before STEP; what follows it is the command.'],
    examples: [['hm exec test ls -la dist', 'list a directory in the file system of step test']],
    runs: true,
  },
  shell: {
    summary: 'Open a shell in the file system of a step',
    args: {
      build: lastBuild,
      step: { summary: 'key of the step (default: the first failed step)', complete: 'step' },
    },
    flags: {
      before,
      cmd: { kind: 'string', value: 'COMMAND', summary: 'run this instead of a shell and exit with its code' },
      pipeline,
    },
    examples: [
      ['hm shell', 'where the last run failed'],
      ['hm shell --before --cmd "ls -la"', 'what the failed step started from'],
    ],
    runs: true,
  },
  mcp: {
    summary: 'Serve tools for coding agents over stdin and stdout (MCP)',
    flags: {
      readOnly: { kind: 'boolean', summary: 'omit the tools that start something: run and retry' },
      pipeline: { ...pipeline, summary: 'builds of this pipeline of the server, where a call names none' },
    },
    about: [
      'An agent starts it; docs/mcp.md has the configuration of Claude Code, Cursor and VS Code.',
      'Runs started by an agent end with it. No tool reads secrets or approves a build.',
    ],
    examples: [
      ['claude mcp add harmont -- hm mcp', 'for Claude Code, in this project'],
      ['hm mcp --read-only', 'for an agent with read-only access'],
    ],
  },
  'cache ls': { summary: 'List the entries of the local cache', query: true },
  'cache du': { summary: 'Show the disk usage of the local cache', query: true },
  'cache explain': {
    summary: 'Explain why a step was or was not taken from the cache',
    args: { step: namedStep },
    flags: { build: { ...build, summary: 'explain this build on the server (default: the last local run)' }, pipeline },
    about: ['Shows the changes since the last entry, and which entries the build can use.'],
    query: true,
  },
  'cache clean': {
    summary: 'Remove entries of the local cache',
    flags: {
      olderThan: { kind: 'duration', value: 'DURATION', summary: 'only entries unused for this long' },
      all: { kind: 'boolean', summary: 'everything' },
    },
  },
  'cache save': {
    summary: 'Write the cache into a directory, for another machine',
    args: { directory: { required: true, summary: 'where to', complete: 'directory' } },
    flags: { all: { kind: 'boolean', summary: "all entries, not only those used by this project's last runs" } },
    about: [
      'Writes manifest.json and blobs named by their digest; prints the content key.',
      'Results of steps with secrets are not saved.',
    ],
    query: true,
  },
  'cache restore': {
    summary: 'Read a saved cache; every digest is verified',
    args: { directory: { required: true, summary: 'where from', complete: 'directory' } },
    about: ['Pulls missing base images; entries whose image cannot be pulled are skipped.'],
    query: true,
  },
  'image list': { summary: 'List the images of this machine', query: true },
  'image pull': {
    summary: 'Fetch an image from a registry',
    args: { image: { required: true, summary: 'a reference, as in a pipeline' } },
  },
  'image import': {
    summary: 'Import an image from an archive',
    args: {
      file: { required: true, summary: 'OCI archive, docker archive or tar of a file system', complete: 'file' },
      image: { required: true, summary: 'name of the image' },
    },
  },
  'image rm': {
    summary: 'Remove an image from this machine',
    args: { image: { required: true, summary: 'a reference, as in a pipeline' } },
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
