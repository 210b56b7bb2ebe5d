import { compose, forever, none, onChange, pipeline, sh, ttl } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', cache: forever({ envKeys: ['A'] }) }),
      sh('make b', { label: 'b', cache: ttl(60) }),
      sh('make c', { label: 'c', cache: onChange('one') }),
      sh('make d', { label: 'd', cache: compose(forever(), none()) }),
    ]),
}
