import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', cache: forever() })
        .sh('make b', { label: 'b' })
        .sh('make c', { label: 'c' })
        .sh('make d', { label: 'd', cache: forever() }),
    ]),
}
