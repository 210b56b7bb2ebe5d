import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'a' })], {
      concurrency: { whenFull: 'cancel_waiting', limit: 2, group: '${branch}-${event}' },
    }),
}
