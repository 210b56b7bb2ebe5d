import { pipeline, retry, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make a', { label: 'a', retry: 1 }), sh('make b', { label: 'b' })], { retry: retry(2, { delay: 5 }) }),
}
