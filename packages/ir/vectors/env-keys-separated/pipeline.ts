import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make A=1', { key: 'k', cache: forever() }),
      sh('make', { key: 'l', cache: forever({ envKeys: ['A', 'B'] }) }),
    ]),
}
