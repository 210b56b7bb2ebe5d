import { forever, pipeline, sh, ttl } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', cache: forever() })
        .sh('make b', { label: 'b', cache: forever() })
        .sh('make c', { label: 'c', cache: ttl('1m') }),
    ]),
}
