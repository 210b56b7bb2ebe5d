import { compose, none, onChange, pipeline, sh, ttl } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make', { key: 'mix', cache: compose(ttl(3600), none(), onChange('one')) })]),
}
