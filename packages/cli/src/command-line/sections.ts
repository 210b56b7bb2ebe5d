/** The overview's order: first words of commands below a title. */
export const sections: readonly { readonly title: string; readonly words: readonly string[] }[] = [
  { title: 'Pipelines', words: ['init', 'run', 'watch', 'validate', 'graph', 'render', 'pipelines'] },
  {
    title: 'After a run',
    words: ['status', 'why', 'logs', 'history', 'shell', 'exec', 'retry', 'rebuild', 'cancel', 'artifact'],
  },
  {
    title: 'On the server',
    words: ['login', 'logout', 'whoami', 'org', 'pipeline', 'build', 'job', 'secret', 'token', 'billing'],
  },
  { title: 'This machine', words: ['doctor', 'cache', 'image', 'config', 'completion', 'plugin', 'version'] },
]

/** What commands of one first word are about. */
export const groupSummaries: Readonly<Record<string, string>> = {
  artifact: 'Files from builds (not supported yet)',
  billing: 'Balance and usage',
  build: 'Builds on the server',
  cache: 'The local step cache',
  cloud: 'Older names of server commands',
  config: 'Settings',
  image: 'Images on this machine',
  job: 'Jobs of a build on the server',
  org: 'Organizations',
  pipeline: 'Pipelines on the server',
  plugin: 'Plugins (none: everything is built in)',
  secret: 'Secrets for steps',
  token: 'API keys',
}
