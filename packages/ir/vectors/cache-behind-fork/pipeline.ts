import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'a', cache: forever() }).fork().sh('make b', { label: 'b', cache: forever() })]),
}
