import { context, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a' }),
      ...(context.branch === 'feature/x'
        ? [sh(`make deploy ${context.branch} ${context.event} ${context.baseBranch}`, { label: 'deploy' })]
        : []),
    ]),
}
