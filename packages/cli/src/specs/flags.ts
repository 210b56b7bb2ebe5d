/** Flags shared by several commands. */
export const limit = { kind: 'integer', short: 'n', min: 1, value: 'N', summary: 'at most this many' } as const
export const yesOrNo = { kind: 'string', value: 'WHETHER', choices: ['yes', 'no'] } as const
export const pipeline = {
  kind: 'string',
  short: 'p',
  value: 'SLUG',
  complete: 'pipeline',
  summary: "slug of the pipeline, here or on the server (default: this repository's)",
} as const
export const build = {
  kind: 'integer',
  min: 1,
  short: 'b',
  value: 'N',
  complete: 'build',
  summary: 'number of the build',
} as const
export const env = {
  kind: 'pair',
  short: 'e',
  value: 'NAME=VALUE',
  multiple: true,
  summary: 'set a variable for every step',
} as const
export const detach = { kind: 'boolean', also: ['no-watch'], summary: 'print the build number and exit' } as const
export const view = {
  format: { kind: 'string', value: 'FORMAT', choices: ['human', 'json'], summary: 'format of the output' },
  logs: { kind: 'boolean', summary: 'plain log lines instead of the tree' },
} as const
export const before = { kind: 'boolean', summary: "the file system before the step's command" } as const

/** Arguments shared by several commands. */
export const lastBuild = { summary: 'number of the build (default: the last local run)', complete: 'build' } as const
export const numberedBuild = { required: true, summary: 'number of the build', complete: 'build' } as const
export const namedStep = { required: true, summary: 'key of the step', complete: 'step' } as const
