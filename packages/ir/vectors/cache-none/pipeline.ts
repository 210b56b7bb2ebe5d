import { forever, none, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'a', cache: none() }).sh('make b', { label: 'b', cache: forever() })]),
}
