import { compose, forever, none, onChange, pipeline, sh, ttl } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'a', cache: compose(forever(), onChange('one')) }),
      sh('make', { key: 'b', cache: compose(onChange('one'), forever()) }),
      sh('make', { key: 'c', cache: compose(compose(forever()), compose(compose(ttl(60)), none())) }),
      sh('make', { key: 'd', cache: compose() }),
    ]),
}
