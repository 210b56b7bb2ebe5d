import { pipeline, scratch } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([scratch({ image: 'debian:12' }).fork().sh('make a', { label: 'a' })]),
}
