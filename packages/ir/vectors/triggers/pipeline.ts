import { pipeline, pr, pullRequest, push, schedule, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  name: 'Vector',
  allowManual: false,
  triggers: [
    push({ branch: 'main' }),
    push({ branch: ['main', 'rel/*'], paths: ['src/**', '!**/*.md'], pathsIgnore: ['docs/**'] }),
    push({ tag: 'v*' }),
    pullRequest(),
    pullRequest({ types: ['opened', 'closed'], branches: ['main'], paths: ['a'] }),
    pr({ branches: 'main' }),
    schedule({ cron: '0 3 * * 1-5' }),
    schedule({ timezone: 'Europe/Paris', cron: '*/5 * * * *', branch: 'main' }),
  ],
  pipeline: () => pipeline([sh('make a', { label: 'a' })]),
}
