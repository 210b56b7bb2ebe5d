import { compose, onChange, pipeline, sh, ttl } from '@harmont/hm'

export default {
  slug: 'demo',
  pipeline: () =>
    pipeline([
      sh('apt-get update && apt-get install -y git', { label: 'base', cache: ttl('1d') }).sh('make deps', {
        label: 'deps',
        cache: compose(ttl('1h'), onChange('a.txt', 'src/')),
      }),
    ]),
}
