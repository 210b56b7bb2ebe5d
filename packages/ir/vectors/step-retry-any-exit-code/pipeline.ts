import { pipeline, retry, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => pipeline([sh('make a', { label: 'a', retry: retry(10, { exitCodes: '*' }) })]),
}
